import { randomBytes } from 'node:crypto';
import { bodies, refusals, successes } from '../deviations.js';
import { asObject, type JsonObject, own } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { type Fault, faultsOf, type Seams, withRules } from '../seams.js';
import { toBase32 } from '../totp.js';
import { changeUri, enrolments } from './key-uris.js';

function changeSecret(seams: Seams, which: OperationId, change: (secret: string) => string): void {
  seams.success(which, (body) => {
    const secret = own(body, 'totpSecretKey');
    return typeof secret === 'string' ? { ...body, totpSecretKey: change(secret) } : body;
  });
}

/** A new key is answered with these members of the earlier one. */
function showsBefore(seams: Seams, names: readonly string[]): void {
  let before: JsonObject = {};
  seams.success('UpdateSupportMFAConfig', (body) => {
    const handed = Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
    const shown = Object.hasOwn(body, 'totpUri') ? { ...body, ...before } : body;
    before = handed;
    return shown;
  });
}

const badUri = ['totp-key/uri-is-key-uri', 'support-totp/uri-is-key-uri'];

export const totpKeyFaults: readonly Fault[] = faultsOf({
  'totp/uri-of-another-secret': {
    description: 'POST /totp-key answers a URI with another secret than totpSecretKey.',
    breaks: ['totp-key/secret-matches-uri'],
    apply: (seams) => changeSecret(seams, 'CreateTotpKey', () => toBase32(randomBytes(20))),
  },
  'totp/support-uri-of-another-secret': {
    description: 'PATCH /support-user/mfa answers a URI with another secret than totpSecretKey.',
    breaks: ['support-totp/secret-matches-uri'],
    apply: (seams) => changeSecret(seams, 'UpdateSupportMFAConfig', () => toBase32(randomBytes(20))),
  },
  'totp/support-uri-of-the-key-before': {
    description: 'PATCH /support-user/mfa for a new key answers its secret with the URI of the earlier key.',
    breaks: ['support-totp/secret-matches-uri'],
    apply: (seams) => showsBefore(seams, ['totpUri']),
  },
  'totp/support-key-of-before-is-shown': {
    description: 'PATCH /support-user/mfa for a new key answers the earlier one.',
    breaks: ['verify-totp/accepts-current-code'],
    apply: (seams) => showsBefore(seams, ['totpUri', 'totpSecretKey']),
  },
  'totp/secret-in-hex': {
    description: 'POST /totp-key answers totpSecretKey in hexadecimal.',
    breaks: ['totp-key/secret-is-base32'],
    apply: (seams) => changeSecret(seams, 'CreateTotpKey', () => randomBytes(20).toString('hex')),
  },
  'totp/support-secret-in-hex': {
    description: 'PATCH /support-user/mfa answers totpSecretKey in hexadecimal.',
    breaks: ['support-totp/secret-is-base32'],
    apply: (seams) => changeSecret(seams, 'UpdateSupportMFAConfig', () => randomBytes(20).toString('hex')),
  },
  'totp/uri-secret-padded': {
    description: 'The URI of POST /totp-key pads its secret with equals signs.',
    breaks: ['totp-key/secret-is-canonical'],
    apply: (seams) => padSecret(seams, 'CreateTotpKey'),
  },
  'totp/support-uri-secret-padded': {
    description: 'The URI of PATCH /support-user/mfa pads its secret with equals signs.',
    breaks: ['support-totp/secret-is-canonical'],
    apply: (seams) => padSecret(seams, 'UpdateSupportMFAConfig'),
  },
  'totp/support-uri-without-issuer': {
    description: 'The URI of PATCH /support-user/mfa names no issuer.',
    breaks: ['support-totp/uri-has-issuer'],
    apply: (seams) => changeUri(seams, 'UpdateSupportMFAConfig', (uri) => uri.replace('&issuer=Cluster', '')),
  },
  'totp/period-of-five-minutes': {
    description: 'TOTP codes change every five minutes, as the URIs declare.',
    breaks: ['totp-key/period-is-two-minutes-at-most', 'support-totp/period-is-two-minutes-at-most'],
    apply: ({ rules }) => {
      // One step on each side would be a window of fifteen minutes, which another fault has.
      Object.assign(rules.totp, { period: 300, stepsBack: 0, stepsAhead: 0 });
    },
  },
  'totp/uri-too-long': {
    description: "The URIs carry a picture's address, which makes them too long for a QR code.",
    breaks: ['totp-key/uri-fits-a-qr-code', 'support-totp/uri-fits-a-qr-code'],
    apply: (seams) =>
      changeUri(
        seams,
        enrolments,
        (uri) => `${uri}&image=${encodeURIComponent(`https://${'x'.repeat(200)}`)}`,
      ),
  },
  'totp/label-names-nobody': {
    description: 'The URI label of POST /totp-key is the same for all accounts.',
    breaks: ['totp-key/label-names-the-account'],
    apply: (seams) => changeUri(seams, 'CreateTotpKey', (uri) => uri.replace(/:[^:?]*\?/, ':account?')),
  },
  'totp/client-chooses-secret': {
    description: 'POST /totp-key uses a totpSecretKey of the body as the new secret.',
    breaks: ['totp-key/client-cannot-choose-secret'],
    apply: successes('CreateTotpKey', (body, call) => {
      const chosen = own(asObject(call.body), 'totpSecretKey');
      return typeof chosen === 'string' ? { ...body, totpSecretKey: chosen } : body;
    }),
  },
  'totp/one-secret-for-each-user': {
    description: 'POST /totp-key gives a user the same secret again.',
    breaks: ['totp-key/used-key-is-not-given-again', 'totp-key/enrolling-anew-gives-another-secret'],
    apply: (seams) => {
      const secrets = new Map<string | undefined, Buffer>();
      const { newSecret } = seams.rules;
      seams.rules.newSecret = (call, world) => {
        if (call.operation !== 'CreateTotpKey') return newSecret(call, world);
        const secret = secrets.get(call.caller?.username) ?? newSecret(call, world);
        secrets.set(call.caller?.username, secret);
        return secret;
      };
    },
  },
  'totp/short-secret': {
    description: 'TOTP secrets have 80 bits.',
    breaks: ['totp-key/secret-is-long-enough', 'support-totp/secret-is-long-enough'],
    apply: withRules(({ totp }) => ({ totp: { ...totp, secretBytes: 10 } })),
  },
  'totp/uri-of-type-hotp': {
    description: 'The URIs are of the type hotp.',
    breaks: badUri,
    apply: (seams) => changeUri(seams, enrolments, (uri) => uri.replace('://totp/', '://hotp/')),
  },
  'totp/uri-without-label': {
    description: 'The URIs have no label.',
    breaks: badUri,
    apply: (seams) => changeUri(seams, enrolments, (uri) => uri.replace(/\/totp\/[^?]*/, '/totp/')),
  },
  'totp/uri-with-bad-digits': {
    description: 'The URI of POST /totp-key declares an invalid number of digits.',
    breaks: ['totp-key/uri-parameters-are-valid'],
    apply: (seams) => changeUri(seams, 'CreateTotpKey', (uri) => uri.replace('digits=6', 'digits=six')),
  },
  'totp/uri-without-issuer': {
    description: 'The URI of POST /totp-key names no issuer.',
    breaks: ['totp-key/uri-has-issuer'],
    apply: (seams) => changeUri(seams, 'CreateTotpKey', (uri) => uri.replace('&issuer=Cluster', '')),
  },
  'totp/uri-issuer-differs-from-prefix': {
    description: 'The issuer in the URI of POST /totp-key differs from the prefix of its label.',
    breaks: ['totp-key/uri-has-issuer'],
    apply: (seams) =>
      changeUri(seams, 'CreateTotpKey', (uri) => uri.replace('issuer=Cluster', 'issuer=Other')),
  },
  'totp/account-name-not-in-label': {
    description: 'PATCH /support-user/mfa answers an accountName that the URI label lacks.',
    breaks: ['support-totp/account-name-is-in-label'],
    apply: successes('UpdateSupportMFAConfig', (body) =>
      own(body, 'accountName') === undefined ? body : { ...body, accountName: 'somebody' },
    ),
  },
  'totp/key-without-uri': {
    description: 'POST /totp-key leaves totpUri out.',
    breaks: ['totp-key/gives-both-forms'],
    apply: successes('CreateTotpKey', ({ totpUri: _left, ...body }) => body),
  },
  'totp/no-secret': {
    description: 'POST /totp-key answers neither secret nor URI.',
    breaks: ['totp-key/gives-secret-and-uri'],
    apply: successes('CreateTotpKey', ({ totpUri: _uri, totpSecretKey: _secret, ...body }) => body),
  },
  'totp/name-lost': {
    description: 'POST /totp-key answers a totpKeyName of its own.',
    breaks: ['totp-key/echoes-name'],
    apply: successes('CreateTotpKey', (body) => ({ ...body, totpKeyName: 'key' })),
  },
  'totp/key-with-empty-id': {
    description: 'POST /totp-key answers an empty totpKeyId.',
    breaks: ['totp-key/gives-id-and-name'],
    apply: successes('CreateTotpKey', (body) => ({ ...body, totpKeyId: '' })),
  },
  'totp/one-id-for-all': {
    description: 'POST /totp-key gives all keys the same totpKeyId.',
    breaks: ['totp-key/ids-are-unique'],
    apply: successes('CreateTotpKey', (body) => ({ ...body, totpKeyId: 'key-1' })),
  },
  'totp/one-secret-for-all-users': {
    description: 'POST /totp-key gives all users the same secret.',
    breaks: ['totp-key/secrets-are-unique'],
    apply: (seams) => shareSecret(seams, 'CreateTotpKey'),
  },
  'totp/one-secret-for-all-enrolments': {
    description: 'PATCH /support-user/mfa gives the support user the same secret again.',
    breaks: ['support-totp/enrolling-anew-gives-a-fresh-secret'],
    apply: (seams) => shareSecret(seams, 'UpdateSupportMFAConfig'),
  },
  'totp/key-missing-body-accepted': {
    description: 'POST /totp-key without a body makes a key.',
    breaks: ['totp-key/refuses-missing-body'],
    apply: bodies('CreateTotpKey', (body) => body ?? {}),
  },
  'totp/key-malformed-json-is-500': {
    description: 'POST /totp-key answers 500 for malformed JSON.',
    breaks: ['totp-key/refuses-malformed-json'],
    apply: refusals('CreateTotpKey', (answer, call) => {
      if (call.body === undefined && call.content?.length !== 0 && answer.status === 400) answer.status = 500;
    }),
  },
});

/** 26 letters need six padding characters. */
function padSecret(seams: Seams, operation: OperationId): void {
  seams.rules.totp.secretBytes = 16;
  changeUri(seams, operation, (uri) => uri.replace(/secret=[A-Z2-7]+/, '$&%3D%3D%3D%3D%3D%3D'));
}

function shareSecret(seams: Seams, operation: OperationId): void {
  const shared = randomBytes(20);
  const { newSecret } = seams.rules;
  seams.rules.newSecret = (call, world) => (call.operation === operation ? shared : newSecret(call, world));
}
