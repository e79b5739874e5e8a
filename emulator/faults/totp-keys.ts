import { randomBytes } from 'node:crypto';
import { type JsonObject, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { breaks, type Fault, faultsOf, type Seams, type Which } from '../seams.js';
import { hotp, stepAt, toBase32 } from '../totp.js';

const enrolments: readonly OperationId[] = ['CreateTotpKey', 'UpdateSupportMFAConfig'];

const changes = (name: string) => (seams: Seams, which: Which, change: (value: string) => string) =>
  seams.show(which, (body) => {
    const value = text(body, name);
    return value !== undefined && { [name]: change(value) };
  });
const changesUri = changes('totpUri');
const changesSecret = changes('totpSecretKey');

/** An answer with a new key shows these members of the earlier key instead. */
function showsBefore(seams: Seams, ...names: readonly string[]): void {
  let before: JsonObject = {};
  seams.success('UpdateSupportMFAConfig', (body) => {
    const handed = Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
    const shown = Object.hasOwn(body, 'totpUri') ? { ...body, ...before } : body;
    before = handed;
    return shown;
  });
}

/** The URI shows a secret of 26 letters with its six padding characters. */
function padsSecret(seams: Seams, operation: OperationId): void {
  seams.rules.totp.secretBytes = 16;
  changesUri(seams, operation, (uri) => uri.replace(/secret=[A-Z2-7]+/, '$&%3D%3D%3D%3D%3D%3D'));
}

function sharesSecret(seams: Seams, operation: OperationId): void {
  const shared = randomBytes(20);
  seams.wrap('newSecret', (earlier, call, world) =>
    call.operation === operation ? shared : earlier(call, world),
  );
}

const wrongCodes = new WeakMap<object, number>();

const badUri = ['totp-key/uri-is-key-uri', 'support-totp/uri-is-key-uri'];

export const totpKeyFaults: readonly Fault[] = faultsOf({
  'totp/uri-of-another-secret': breaks('totp-key/secret-matches-uri')
    .says('POST /totp-key returns a URI with another secret than totpSecretKey.')
    .with(changesSecret, 'CreateTotpKey', () => toBase32(randomBytes(20))),
  'totp/support-uri-of-another-secret': breaks('support-totp/secret-matches-uri')
    .says('PATCH /support-user/mfa returns a URI with another secret than totpSecretKey.')
    .with(changesSecret, 'UpdateSupportMFAConfig', () => toBase32(randomBytes(20))),
  'totp/support-uri-of-the-key-before': breaks('support-totp/secret-matches-uri')
    .says('PATCH /support-user/mfa for a new key returns its secret with the URI of the earlier key.')
    .with(showsBefore, 'totpUri'),
  'totp/support-key-of-before-is-shown': breaks('verify-totp/accepts-current-code')
    .says('PATCH /support-user/mfa for a new key returns the earlier one.')
    .with(showsBefore, 'totpUri', 'totpSecretKey'),
  'totp/secret-in-hex': breaks('totp-key/secret-is-base32')
    .says('POST /totp-key returns totpSecretKey in hexadecimal.')
    .with(changesSecret, 'CreateTotpKey', () => randomBytes(20).toString('hex')),
  'totp/support-secret-in-hex': breaks('support-totp/secret-is-base32')
    .says('PATCH /support-user/mfa returns totpSecretKey in hexadecimal.')
    .with(changesSecret, 'UpdateSupportMFAConfig', () => randomBytes(20).toString('hex')),
  'totp/uri-secret-padded': breaks('totp-key/secret-is-canonical')
    .says('The URI of POST /totp-key pads its secret with equals signs.')
    .with(padsSecret, 'CreateTotpKey'),
  'totp/support-uri-secret-padded': breaks('support-totp/secret-is-canonical')
    .says('The URI of PATCH /support-user/mfa pads its secret with equals signs.')
    .with(padsSecret, 'UpdateSupportMFAConfig'),
  'totp/support-uri-without-issuer': breaks('support-totp/uri-has-issuer')
    .says('The URI of PATCH /support-user/mfa names no issuer.')
    .with(changesUri, 'UpdateSupportMFAConfig', (uri) => uri.replace('&issuer=Cluster', '')),
  'totp/period-of-five-minutes': breaks('totp-key/period-is-two-minutes-at-most')
    .and('support-totp/period-is-two-minutes-at-most')
    .says('TOTP codes change every five minutes, as the URIs declare.')
    .by(({ rules }) => {
      // The target accepts only the current step's code, because a wide window is another fault.
      Object.assign(rules.totp, { period: 300, stepsBack: 0, stepsAhead: 0 });
    }),
  'totp/uri-too-long': breaks('totp-key/uri-fits-a-qr-code', 'support-totp/uri-fits-a-qr-code')
    .says("The URIs carry a picture's address, which makes them too long for a QR code.")
    .with(
      changesUri,
      enrolments,
      (uri) => `${uri}&image=${encodeURIComponent(`https://${'x'.repeat(200)}`)}`,
    ),
  'totp/label-names-nobody': breaks('totp-key/label-names-the-account')
    .says('The URI label of POST /totp-key is the same for all accounts.')
    .with(changesUri, 'CreateTotpKey', (uri) => uri.replace(/:[^:?]*\?/, ':account?')),
  'totp/client-chooses-secret': breaks('totp-key/client-cannot-choose-secret')
    .says('POST /totp-key uses a totpSecretKey of the body as the new secret.')
    .shows('CreateTotpKey', (_body, call) => {
      const chosen = own(call.body, 'totpSecretKey');
      return typeof chosen === 'string' && { totpSecretKey: chosen };
    }),
  'totp/one-secret-for-each-user': breaks('totp-key/used-key-is-not-given-again')
    .and('totp-key/enrolling-anew-gives-another-secret')
    .says('POST /totp-key gives a user the same secret again.')
    .by((seams) => {
      const secrets = new Map<string | undefined, Buffer>();
      const { newSecret } = seams.rules;
      seams.rules.newSecret = (call, world) => {
        if (call.operation !== 'CreateTotpKey') return newSecret(call, world);
        const secret = secrets.get(call.caller?.username) ?? newSecret(call, world);
        secrets.set(call.caller?.username, secret);
        return secret;
      };
    }),
  'totp/short-secret': breaks('totp-key/secret-is-long-enough', 'support-totp/secret-is-long-enough')
    .says('TOTP secrets have 80 bits.')
    .rules(({ totp }) => ({ totp: { ...totp, secretBytes: 10 } })),
  'totp/uri-of-type-hotp': breaks(...badUri)
    .says('The URIs are of the type hotp.')
    .with(changesUri, enrolments, (uri) => uri.replace('://totp/', '://hotp/')),
  'totp/uri-without-label': breaks(...badUri)
    .says('The URIs have no label.')
    .with(changesUri, enrolments, (uri) => uri.replace(/\/totp\/[^?]*/, '/totp/')),
  'totp/secrets-in-small-letters': breaks(...badUri)
    .says('The URIs show their secret in small letters, and totpSecretKey shows it in groups of them.')
    .by((seams) => {
      changesUri(seams, enrolments, (uri) => uri.replace(/secret=\w+/, (secret) => secret.toLowerCase()));
      changesSecret(seams, enrolments, (secret) => secret.toLowerCase().replace(/.{4}(?=.)/g, '$& '));
    }),
  'totp/support-key-in-hex': breaks('support-totp/uri-is-key-uri', 'support-totp/secret-is-base32')
    .says('PATCH /support-user/mfa returns the secret in hexadecimal only, in its URI as well.')
    .by((seams) => {
      const hex = (text: string) => Buffer.from(text).toString('hex');
      changesUri(seams, 'UpdateSupportMFAConfig', (uri) => uri.replace(/(?<=secret=)\w+/, hex));
      changesSecret(seams, 'UpdateSupportMFAConfig', hex);
    }),
  'totp/uri-with-bad-digits': breaks('totp-key/uri-parameters-are-valid')
    .says('The URI of POST /totp-key declares an invalid number of digits.')
    .with(changesUri, 'CreateTotpKey', (uri) => uri.replace('digits=6', 'digits=six')),
  'totp/uri-without-issuer': breaks('totp-key/uri-has-issuer')
    .says('The URI of POST /totp-key names no issuer.')
    .with(changesUri, 'CreateTotpKey', (uri) => uri.replace('&issuer=Cluster', '')),
  'totp/uri-issuer-differs-from-prefix': breaks('totp-key/uri-has-issuer')
    .says('The issuer in the URI of POST /totp-key differs from the prefix of its label.')
    .with(changesUri, 'CreateTotpKey', (uri) => uri.replace('issuer=Cluster', 'issuer=Other')),
  'totp/account-name-not-in-label': breaks('support-totp/account-name-is-in-label')
    .says('PATCH /support-user/mfa returns an accountName that the URI label lacks.')
    .successes('UpdateSupportMFAConfig', (body) =>
      own(body, 'accountName') === undefined ? body : { ...body, accountName: 'somebody' },
    ),
  'totp/no-secret': breaks('totp-key/gives-secret-and-uri')
    .says('POST /totp-key returns no secret and no URI.')
    .successes('CreateTotpKey', ({ totpUri: _uri, totpSecretKey: _secret, ...body }) => body),
  'totp/name-lost': breaks('totp-key/echoes-name')
    .says('POST /totp-key returns another totpKeyName than the requested one.')
    .shows('CreateTotpKey', (_body) => ({ totpKeyName: 'key' })),
  'totp/key-with-empty-id': breaks('totp-key/gives-id-and-name')
    .says('POST /totp-key returns an empty totpKeyId.')
    .shows('CreateTotpKey', (_body) => ({ totpKeyId: '' })),
  'totp/one-id-for-all': breaks('totp-key/ids-are-unique')
    .says('POST /totp-key gives all keys the same totpKeyId.')
    .shows('CreateTotpKey', (_body) => ({ totpKeyId: 'key-1' })),
  'totp/one-secret-for-all-users': breaks('totp-key/secrets-are-unique')
    .says('POST /totp-key gives all users the same secret.')
    .with(sharesSecret, 'CreateTotpKey'),
  'totp/one-secret-for-all-enrolments': breaks('support-totp/enrolling-anew-gives-a-fresh-secret')
    .says('PATCH /support-user/mfa gives the support user the same secret again.')
    .with(sharesSecret, 'UpdateSupportMFAConfig'),
  'totp/key-missing-body-accepted': breaks('totp-key/refuses-missing-body')
    .says('POST /totp-key without a body makes a key.')
    .bodies('CreateTotpKey', (body) => body ?? {}),
  'totp/key-malformed-json-is-500': breaks('totp-key/refuses-malformed-json')
    .says('POST /totp-key answers 500 for malformed JSON.')
    .refusals('CreateTotpKey', (answer, call) => {
      if (call.body === undefined && call.content?.length !== 0 && answer.status === 400) answer.status = 500;
    }),
});

/** The target accepts codes of these steps, counted from now. `is` compares a code with the step's right one. */
const acceptsSteps = (
  seams: Seams,
  from: number,
  to: number,
  is = (code: string, right: string) => code === right,
) =>
  seams.wrap('stepOf', (_earlier, code, key, now) => {
    const first = stepAt(now, key.parameters.period) + from;
    const steps = Array.from({ length: to - from + 1 }, (_, at) => first + at);
    return steps.find((step) => is(code, hotp(key.secret, step, key.parameters)));
  });

/** Two codes count as equal if `part` returns the same for both. */
const comparesPart = (seams: Seams, part: (code: string) => string) =>
  acceptsSteps(seams, -1, 1, (code, right) => code.length === right.length && part(code) === part(right));

const noCodeAccepted = ['totp-login/accepts-current-code', 'verify-totp/accepts-current-code'];

export const totpFaults: readonly Fault[] = faultsOf({
  'totp/old-codes-accepted': breaks('totp-login/refuses-old-code')
    .says('TOTP codes are accepted for half an hour.')
    .with(acceptsSteps, -60, 1),
  'totp/future-codes-accepted': breaks('totp-login/refuses-future-code')
    .says('TOTP codes are accepted half an hour before their time.')
    .with(acceptsSteps, -1, 60),
  'totp/replay-accepted': breaks('totp-login/refuses-replay')
    .says('TOTP codes are accepted repeatedly within their time.')
    .wraps('isReplay', () => false),
  'totp/any-code-accepted': breaks('totp-login/refuses-wrong-code')
    .says('Every code of the right length is accepted.')
    .wraps('stepOf', (stepOf, code, key, now) => {
      const made = code.length === key.parameters.digits ? -Number(code) - 1 : undefined;
      return stepOf(code, key, now) ?? made;
    }),
  'totp/eighth-wrong-code-accepted': breaks('totp-login/refuses-wrong-code')
    .says('After seven consecutive wrong codes of a key the next code is accepted.')
    .wraps('stepOf', (stepOf, code, key, now) => {
      const step = stepOf(code, key, now);
      const wrong = step === undefined ? (wrongCodes.get(key) ?? 0) + 1 : 0;
      wrongCodes.set(key, wrong % 8);
      return wrong === 8 ? -Number(code) - 1 : step;
    }),
  'totp/right-code-refused': breaks(...noCodeAccepted)
    .says("TOTP codes are refused: the target's steps last a minute, but the URI declares another period.")
    .wraps('stepOf', (_earlier, code, key, now) => {
      const step = stepAt(now, 60);
      return hotp(key.secret, step, key.parameters) === code ? step : undefined;
    }),
  'totp/first-digit-not-compared': breaks('totp-login/refuses-wrong-code')
    .and('verify-totp/refuses-wrong-code', 'support-totp/not-disabled-with-wrong-code')
    .says('The first digit of a TOTP code is not compared.')
    .with(comparesPart, (code) => code.slice(1)),
  'totp/last-digit-not-compared': breaks('totp-login/refuses-wrong-code')
    .says('The last digit of a TOTP code is not compared.')
    .with(comparesPart, (code) => code.slice(0, -1)),
  ...Object.fromEntries(
    [
      ['digits=6', 'digits=8'],
      ['period=30', 'period=60'],
      ['algorithm=SHA1', 'algorithm=SHA256'],
    ].map(([right = '', wrong = '']) => [
      `totp/other-${right.split('=')[0]}-declared`,
      breaks(...noCodeAccepted)
        .says(`The URIs declare ${wrong}, while codes are judged by ${right}.`)
        .with(changesUri, enrolments, (uri) => uri.replace(right, wrong)),
    ]),
  ),
});
