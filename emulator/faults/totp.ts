import { randomBytes } from 'node:crypto';
import { own } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { Fault, Seams } from '../seams.js';
import { hotp, stepAt, toBase32 } from '../totp.js';

/** The two operations that hand out a key. */
const enrolments: readonly OperationId[] = ['CreateTotpKey', 'UpdateSupportMFAConfig'];

function changeUri(
  seams: Seams,
  which: OperationId | readonly OperationId[],
  change: (uri: string) => string,
): void {
  seams.success(which, (body) => {
    const uri = own(body, 'totpUri');
    return typeof uri === 'string' ? { ...body, totpUri: change(uri) } : body;
  });
}

function changeSecret(seams: Seams, which: OperationId, change: (secret: string) => string): void {
  seams.success(which, (body) => {
    const secret = own(body, 'totpSecretKey');
    return typeof secret === 'string' ? { ...body, totpSecretKey: change(secret) } : body;
  });
}

/** Widens the window of accepted steps. */
function acceptSteps(seams: Seams, from: number, to: number): void {
  seams.rules.stepOf = (code, key, now) => {
    const current = stepAt(now, key.parameters.period);
    for (let step = current + from; step <= current + to; step += 1) {
      if (hotp(key.secret, step, key.parameters) === code) return step;
    }
    return undefined;
  };
}

const badUri = ['totp-key/uri-is-key-uri', 'support-totp/uri-is-key-uri'];

export const totpFaults: readonly Fault[] = [
  {
    id: 'totp/uri-of-another-secret',
    description: 'POST /totp-key answers a URI whose secret is not totpSecretKey.',
    level: 'must',
    fails: ['totp-key/secret-matches-uri'],
    apply: (seams) => changeSecret(seams, 'CreateTotpKey', () => toBase32(randomBytes(20))),
  },
  {
    id: 'totp/support-uri-of-another-secret',
    description: 'PATCH /support-user/mfa answers a URI whose secret is not totpSecretKey.',
    level: 'must',
    fails: ['support-totp/secret-matches-uri'],
    apply: (seams) => changeSecret(seams, 'UpdateSupportMFAConfig', () => toBase32(randomBytes(20))),
  },
  {
    id: 'totp/secret-in-hex',
    description: 'POST /totp-key answers totpSecretKey in hexadecimal digits.',
    level: 'must',
    fails: ['totp-key/secret-is-base32', 'totp-key/secret-matches-uri'],
    apply: (seams) => changeSecret(seams, 'CreateTotpKey', () => randomBytes(20).toString('hex')),
  },
  {
    id: 'totp/secret-in-lower-case',
    description: 'POST /totp-key answers totpSecretKey in lower case.',
    level: 'must',
    fails: ['totp-key/secret-is-base32'],
    apply: (seams) => changeSecret(seams, 'CreateTotpKey', (secret) => secret.toLowerCase()),
  },
  {
    id: 'totp/support-secret-in-hex',
    description: 'PATCH /support-user/mfa answers totpSecretKey in hexadecimal digits.',
    level: 'must',
    fails: ['support-totp/secret-is-base32', 'support-totp/secret-matches-uri'],
    apply: (seams) => changeSecret(seams, 'UpdateSupportMFAConfig', () => randomBytes(20).toString('hex')),
  },
  {
    id: 'totp/uri-secret-padded',
    description: 'The URI of POST /totp-key pads its secret with equals signs.',
    level: 'should',
    fails: ['totp-key/secret-is-canonical'],
    apply: (seams) => {
      // 26 letters, to which six signs of padding are due.
      seams.rules.totp.secretBytes = 16;
      changeUri(seams, 'CreateTotpKey', (uri) => uri.replace(/secret=[A-Z2-7]+/, '$&%3D%3D%3D%3D%3D%3D'));
    },
  },
  {
    id: 'totp/short-secret',
    description: 'TOTP secrets have 80 bits.',
    level: 'should',
    fails: ['totp-key/secret-is-long-enough'],
    apply: (seams) => {
      seams.rules.totp.secretBytes = 10;
    },
  },
  {
    id: 'totp/uri-of-type-hotp',
    description: 'The URIs are of the type hotp.',
    level: 'must',
    fails: badUri,
    apply: (seams) => changeUri(seams, enrolments, (uri) => uri.replace('://totp/', '://hotp/')),
  },
  {
    id: 'totp/uri-without-label',
    description: 'The URIs have no label.',
    level: 'must',
    fails: badUri,
    apply: (seams) => changeUri(seams, enrolments, (uri) => uri.replace(/\/totp\/[^?]*/, '/totp/')),
  },
  {
    id: 'totp/uri-with-bad-digits',
    description: 'The URI of POST /totp-key declares codes of no known length.',
    level: 'must',
    fails: ['totp-key/uri-parameters-are-valid'],
    apply: (seams) => changeUri(seams, 'CreateTotpKey', (uri) => uri.replace('digits=6', 'digits=six')),
  },
  {
    id: 'totp/uri-without-issuer',
    description: 'The URI of POST /totp-key names no issuer.',
    level: 'should',
    fails: ['totp-key/uri-has-issuer'],
    apply: (seams) => changeUri(seams, 'CreateTotpKey', (uri) => uri.replace('&issuer=Cluster', '')),
  },
  {
    id: 'totp/uri-issuer-differs-from-prefix',
    description: 'The issuer of the URI of POST /totp-key is not the prefix of its label.',
    level: 'should',
    fails: ['totp-key/uri-has-issuer'],
    apply: (seams) =>
      changeUri(seams, 'CreateTotpKey', (uri) => uri.replace('issuer=Cluster', 'issuer=Other')),
  },
  {
    id: 'totp/account-name-not-in-label',
    description: 'PATCH /support-user/mfa answers an accountName that is not in the label of the URI.',
    level: 'should',
    fails: ['support-totp/account-name-is-in-label'],
    apply: (seams) =>
      seams.success('UpdateSupportMFAConfig', (body) =>
        own(body, 'accountName') === undefined ? body : { ...body, accountName: 'somebody' },
      ),
  },
  {
    id: 'totp/key-without-uri',
    description: 'POST /totp-key leaves totpUri out.',
    level: 'must',
    fails: ['totp-key/gives-id-secret-and-uri'],
    apply: (seams) => seams.success('CreateTotpKey', ({ totpUri: _left, ...body }) => body),
  },
  {
    id: 'totp/name-lost',
    description: 'POST /totp-key answers a totpKeyName of its own.',
    level: 'must',
    fails: ['totp-key/echoes-name'],
    apply: (seams) => seams.success('CreateTotpKey', (body) => ({ ...body, totpKeyName: 'key' })),
  },
  {
    id: 'totp/one-id-for-all',
    description: 'POST /totp-key gives all keys of a name the same totpKeyId.',
    level: 'must',
    fails: ['totp-key/ids-are-unique'],
    apply: (seams) => seams.success('CreateTotpKey', (body) => ({ ...body, totpKeyId: 'key-1' })),
  },
  {
    id: 'totp/one-secret-for-all-users',
    description: 'POST /totp-key gives all users the same secret.',
    level: 'must',
    fails: ['totp-key/secrets-are-unique'],
    apply: (seams) => shareSecret(seams, 'CreateTotpKey'),
  },
  {
    id: 'totp/one-secret-for-all-enrolments',
    description: 'PATCH /support-user/mfa gives the support user the same secret again.',
    level: 'should',
    fails: ['support-totp/enrolling-anew-gives-a-fresh-secret'],
    apply: (seams) => shareSecret(seams, 'UpdateSupportMFAConfig'),
  },
  {
    id: 'totp/key-missing-body-accepted',
    description: 'POST /totp-key without a body makes a key.',
    level: 'must',
    fails: ['totp-key/refuses-missing-body'],
    apply: (seams) => seams.body('CreateTotpKey', (body) => body ?? {}),
  },
  {
    id: 'totp/key-malformed-json-is-500',
    description: 'POST /totp-key answers 500 for what is not JSON.',
    level: 'must',
    fails: ['totp-key/refuses-malformed-json', 'http/no-server-error-for-client-mistake'],
    apply: (seams) =>
      seams.refusal('CreateTotpKey', (answer, call) => {
        if (call.body === undefined && call.content?.length !== 0 && answer.status === 400)
          answer.status = 500;
      }),
  },
  {
    id: 'totp/old-codes-accepted',
    description: 'TOTP codes are accepted for half an hour.',
    level: 'must',
    fails: ['totp-login/refuses-old-code', 'verify-totp/refuses-code-of-another-time'],
    apply: (seams) => acceptSteps(seams, -60, 1),
  },
  {
    id: 'totp/future-codes-accepted',
    description: 'TOTP codes are accepted half an hour before their time.',
    level: 'must',
    fails: ['totp-login/refuses-future-code', 'verify-totp/refuses-code-of-another-time'],
    apply: (seams) => acceptSteps(seams, -1, 60),
  },
  {
    id: 'totp/replay-accepted',
    description: 'TOTP codes are accepted again and again within their time.',
    level: 'must',
    fails: ['totp-login/refuses-replay', 'verify-totp/refuses-replay'],
    apply: (seams) => {
      seams.rules.isReplay = () => false;
    },
  },
  {
    id: 'totp/any-code-accepted',
    description: 'Every code of the right length is right.',
    level: 'must',
    fails: [
      'totp-login/refuses-wrong-code',
      'totp-login/refuses-old-code',
      'totp-login/refuses-future-code',
      'totp-login/refuses-code-of-another-user',
      'verify-totp/refuses-wrong-code',
      'verify-totp/refuses-code-of-another-time',
      'verify-totp/state-is-not-success-before-a-right-code',
      'support-totp/not-disabled-with-wrong-code',
    ],
    apply: (seams) => {
      const { stepOf } = seams.rules;
      seams.rules.stepOf = (code, key, now) =>
        stepOf(code, key, now) ?? (code.length === key.parameters.digits ? -Number(code) - 1 : undefined);
    },
  },
  {
    id: 'totp/right-code-refused',
    description: 'No TOTP code is right: the steps are counted in minutes, whatever the URI declares.',
    level: 'must',
    fails: ['totp-login/accepts-current-code', 'verify-totp/accepts-current-code'],
    apply: (seams) => {
      seams.rules.stepOf = (code, key, now) => {
        const step = stepAt(now, 60);
        return hotp(key.secret, step, key.parameters) === code ? step : undefined;
      };
    },
  },
];

function shareSecret(seams: Seams, operation: OperationId): void {
  const shared = randomBytes(20);
  const { newSecret } = seams.rules;
  seams.rules.newSecret = (call, world) => (call.operation === operation ? shared : newSecret(call, world));
}
