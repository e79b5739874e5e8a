import { randomBytes } from 'node:crypto';
import { asObject, type JsonObject, own } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { Fault, Seams } from '../seams.js';
import { toBase32 } from '../totp.js';
import { changeUri, enrolments } from './key-uris.js';

function changeSecret(seams: Seams, which: OperationId, change: (secret: string) => string): void {
  seams.success(which, (body) => {
    const secret = own(body, 'totpSecretKey');
    return typeof secret === 'string' ? { ...body, totpSecretKey: change(secret) } : body;
  });
}

/** Of a key that is handed out in place of another, these are the other's. */
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

export const totpKeyFaults: readonly Fault[] = [
  {
    id: 'totp/uri-of-another-secret',
    description: 'POST /totp-key answers a URI whose secret is not totpSecretKey.',
    breaks: ['totp-key/secret-matches-uri'],
    apply: (seams) => changeSecret(seams, 'CreateTotpKey', () => toBase32(randomBytes(20))),
  },
  {
    id: 'totp/support-uri-of-another-secret',
    description: 'PATCH /support-user/mfa answers a URI whose secret is not totpSecretKey.',
    breaks: ['support-totp/secret-matches-uri'],
    apply: (seams) => changeSecret(seams, 'UpdateSupportMFAConfig', () => toBase32(randomBytes(20))),
  },
  {
    id: 'totp/support-uri-of-the-key-before',
    description:
      'PATCH /support-user/mfa for another key answers the secret of it, and the URI of the one before.',
    breaks: ['support-totp/secret-matches-uri'],
    apply: (seams) => showsBefore(seams, ['totpUri']),
  },
  {
    id: 'totp/support-key-of-before-is-shown',
    description: 'PATCH /support-user/mfa for another key answers the one before.',
    breaks: ['verify-totp/accepts-current-code'],
    apply: (seams) => showsBefore(seams, ['totpUri', 'totpSecretKey']),
  },
  {
    id: 'totp/secret-in-hex',
    description: 'POST /totp-key answers totpSecretKey in hexadecimal digits.',
    breaks: ['totp-key/secret-is-base32'],
    apply: (seams) => changeSecret(seams, 'CreateTotpKey', () => randomBytes(20).toString('hex')),
  },
  {
    id: 'totp/support-secret-in-hex',
    description: 'PATCH /support-user/mfa answers totpSecretKey in hexadecimal digits.',
    breaks: ['support-totp/secret-is-base32'],
    apply: (seams) => changeSecret(seams, 'UpdateSupportMFAConfig', () => randomBytes(20).toString('hex')),
  },
  {
    id: 'totp/uri-secret-padded',
    description: 'The URI of POST /totp-key pads its secret with equals signs.',
    breaks: ['totp-key/secret-is-canonical'],
    apply: (seams) => padSecret(seams, 'CreateTotpKey'),
  },
  {
    id: 'totp/support-uri-secret-padded',
    description: 'The URI of PATCH /support-user/mfa pads its secret with equals signs.',
    breaks: ['support-totp/secret-is-canonical'],
    apply: (seams) => padSecret(seams, 'UpdateSupportMFAConfig'),
  },
  {
    id: 'totp/support-uri-without-issuer',
    description: 'The URI of PATCH /support-user/mfa names no issuer.',
    breaks: ['support-totp/uri-has-issuer'],
    apply: (seams) => changeUri(seams, 'UpdateSupportMFAConfig', (uri) => uri.replace('&issuer=Cluster', '')),
  },
  {
    id: 'totp/period-of-five-minutes',
    description: 'TOTP codes change every five minutes, as the URIs declare.',
    breaks: ['totp-key/period-is-two-minutes-at-most', 'support-totp/period-is-two-minutes-at-most'],
    apply: ({ rules }) => {
      // A window of whole steps would be one of ten minutes, which another fault has.
      Object.assign(rules.totp, { period: 300, stepsBack: 0, stepsAhead: 0 });
    },
  },
  {
    id: 'totp/uri-too-long',
    description: 'The URIs carry the address of a picture that makes them too long for a QR code.',
    breaks: ['totp-key/uri-fits-a-qr-code', 'support-totp/uri-fits-a-qr-code'],
    apply: (seams) =>
      changeUri(
        seams,
        enrolments,
        (uri) => `${uri}&image=${encodeURIComponent(`https://${'x'.repeat(200)}`)}`,
      ),
  },
  {
    id: 'totp/label-names-nobody',
    description: 'The label of the URI of POST /totp-key is the same for all accounts.',
    breaks: ['totp-key/label-names-the-account'],
    apply: (seams) => changeUri(seams, 'CreateTotpKey', (uri) => uri.replace(/:[^:?]*\?/, ':account?')),
  },
  {
    id: 'totp/client-chooses-secret',
    description: 'POST /totp-key takes a totpSecretKey of the body for the new secret.',
    breaks: ['totp-key/client-cannot-choose-secret'],
    apply: (seams) =>
      seams.success('CreateTotpKey', (body, call) => {
        const chosen = own(asObject(call.body), 'totpSecretKey');
        return typeof chosen === 'string' ? { ...body, totpSecretKey: chosen } : body;
      }),
  },
  {
    id: 'totp/one-secret-for-each-user',
    description: 'POST /totp-key gives a user the same secret again.',
    breaks: ['totp-key/enrolling-anew-gives-another-secret'],
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
  {
    id: 'totp/short-secret',
    description: 'TOTP secrets have 80 bits.',
    breaks: ['totp-key/secret-is-long-enough', 'support-totp/secret-is-long-enough'],
    apply: (seams) => {
      seams.rules.totp.secretBytes = 10;
    },
  },
  {
    id: 'totp/uri-of-type-hotp',
    description: 'The URIs are of the type hotp.',
    breaks: badUri,
    apply: (seams) => changeUri(seams, enrolments, (uri) => uri.replace('://totp/', '://hotp/')),
  },
  {
    id: 'totp/uri-without-label',
    description: 'The URIs have no label.',
    breaks: badUri,
    apply: (seams) => changeUri(seams, enrolments, (uri) => uri.replace(/\/totp\/[^?]*/, '/totp/')),
  },
  {
    id: 'totp/uri-with-bad-digits',
    description: 'The URI of POST /totp-key declares codes of no known length.',
    breaks: ['totp-key/uri-parameters-are-valid'],
    apply: (seams) => changeUri(seams, 'CreateTotpKey', (uri) => uri.replace('digits=6', 'digits=six')),
  },
  {
    id: 'totp/uri-without-issuer',
    description: 'The URI of POST /totp-key names no issuer.',
    breaks: ['totp-key/uri-has-issuer'],
    apply: (seams) => changeUri(seams, 'CreateTotpKey', (uri) => uri.replace('&issuer=Cluster', '')),
  },
  {
    id: 'totp/uri-issuer-differs-from-prefix',
    description: 'The issuer of the URI of POST /totp-key is not the prefix of its label.',
    breaks: ['totp-key/uri-has-issuer'],
    apply: (seams) =>
      changeUri(seams, 'CreateTotpKey', (uri) => uri.replace('issuer=Cluster', 'issuer=Other')),
  },
  {
    id: 'totp/account-name-not-in-label',
    description: 'PATCH /support-user/mfa answers an accountName that is not in the label of the URI.',
    breaks: ['support-totp/account-name-is-in-label'],
    apply: (seams) =>
      seams.success('UpdateSupportMFAConfig', (body) =>
        own(body, 'accountName') === undefined ? body : { ...body, accountName: 'somebody' },
      ),
  },
  {
    id: 'totp/key-without-uri',
    description: 'POST /totp-key leaves totpUri out.',
    breaks: ['totp-key/gives-both-forms'],
    apply: (seams) => seams.success('CreateTotpKey', ({ totpUri: _left, ...body }) => body),
  },
  {
    id: 'totp/no-secret',
    description: 'POST /totp-key answers neither secret nor URI.',
    breaks: ['totp-key/gives-secret-and-uri'],
    apply: (seams) =>
      seams.success('CreateTotpKey', ({ totpUri: _uri, totpSecretKey: _secret, ...body }) => body),
  },
  {
    id: 'totp/name-lost',
    description: 'POST /totp-key answers a totpKeyName of its own.',
    breaks: ['totp-key/echoes-name'],
    apply: (seams) => seams.success('CreateTotpKey', (body) => ({ ...body, totpKeyName: 'key' })),
  },
  {
    id: 'totp/key-with-empty-id',
    description: 'POST /totp-key answers an empty totpKeyId.',
    breaks: ['totp-key/gives-id-and-name'],
    apply: (seams) => seams.success('CreateTotpKey', (body) => ({ ...body, totpKeyId: '' })),
  },
  {
    id: 'totp/one-id-for-all',
    description: 'POST /totp-key gives all keys of a name the same totpKeyId.',
    breaks: ['totp-key/ids-are-unique'],
    apply: (seams) => seams.success('CreateTotpKey', (body) => ({ ...body, totpKeyId: 'key-1' })),
  },
  {
    id: 'totp/one-secret-for-all-users',
    description: 'POST /totp-key gives all users the same secret.',
    breaks: ['totp-key/secrets-are-unique'],
    apply: (seams) => shareSecret(seams, 'CreateTotpKey'),
  },
  {
    id: 'totp/one-secret-for-all-enrolments',
    description: 'PATCH /support-user/mfa gives the support user the same secret again.',
    breaks: ['support-totp/enrolling-anew-gives-a-fresh-secret'],
    apply: (seams) => shareSecret(seams, 'UpdateSupportMFAConfig'),
  },
  {
    id: 'totp/key-missing-body-accepted',
    description: 'POST /totp-key without a body makes a key.',
    breaks: ['totp-key/refuses-missing-body'],
    apply: (seams) => seams.body('CreateTotpKey', (body) => body ?? {}),
  },
  {
    id: 'totp/key-malformed-json-is-500',
    description: 'POST /totp-key answers 500 for what is not JSON.',
    breaks: ['totp-key/refuses-malformed-json'],
    apply: (seams) =>
      seams.refusal('CreateTotpKey', (answer, call) => {
        if (call.body === undefined && call.content?.length !== 0 && answer.status === 400)
          answer.status = 500;
      }),
  },
];

/** 26 letters, to which six signs of padding are due. */
function padSecret(seams: Seams, operation: OperationId): void {
  seams.rules.totp.secretBytes = 16;
  changeUri(seams, operation, (uri) => uri.replace(/secret=[A-Z2-7]+/, '$&%3D%3D%3D%3D%3D%3D'));
}

function shareSecret(seams: Seams, operation: OperationId): void {
  const shared = randomBytes(20);
  const { newSecret } = seams.rules;
  seams.rules.newSecret = (call, world) => (call.operation === operation ? shared : newSecret(call, world));
}
