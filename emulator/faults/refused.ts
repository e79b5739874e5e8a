import { type Call, Refusal, type World } from '../call.js';
import { mailNewCode, voidMailCodes } from '../codes.js';
import { credentialsOf } from '../credentials.js';
import { userNamed } from '../deviations.js';
import { asObject, jsonIn, own, text } from '../json.js';
import { clusterOf } from '../operations/cluster.js';
import { breaks, type Fault, faultsOf } from '../seams.js';
import { supportOff, supportOwner } from '../state.js';

/** A body of malformed JSON stores nothing. */
function store({ content }: Call, { state }: World): void {
  const body = jsonIn(content);
  if (body !== undefined) state.cluster = clusterOf(body);
}

const storesEveryFifth = (status: number): Omit<Fault, 'id'> => ({
  description: `Every fifth successful PUT /mfa-config is answered ${status}, yet stored.`,
  breaks: ['http/throttled-write-changes-nothing'],
  apply: (seams) => {
    let count = 0;
    seams.answer('UpdateMFAConfig', (answer, _call, { state }) => {
      if (answer.status >= 300 || state.cluster.enabled) return;
      count += 1;
      if (count % 5 > 0) return;
      const body = { errorCode: 'KTooMuch', message: 'Too much at once.' };
      Object.assign(answer, { status, headers: { 'retry-after': '1' }, body });
    });
  },
});

export const refusedFaults: readonly Fault[] = faultsOf({
  'http/wrong-method-is-stored': breaks('http/refused-write-changes-nothing')
    .says("The admin's POST or PATCH of /mfa-config is answered 405, yet stored.")
    .refusals('any', (answer, call, world) => {
      if (answer.status !== 405 || !call.path.endsWith('/mfa-config')) return;
      const caller = world.rules.identify(credentialsOf(call, world), call, world);
      if (caller?.username === world.state.admin.username) store(call, world);
    }),
  'http/wrong-media-type-is-stored': breaks('http/refused-write-changes-nothing')
    .says('A PUT /mfa-config of another media type is answered 415, yet stored.')
    .refusals('UpdateMFAConfig', (answer, call, world) => {
      if (answer.status === 415) store(call, world);
    }),
  'http/charset-is-refused': breaks('http/charset-is-no-other-type')
    .says('POST /users/sessions refuses application/json with a charset.')
    .inputs('CreateSession', ({ headers }) => {
      if (headers['content-type']?.includes('charset')) headers['content-type'] = 'application/other';
    }),
  'http/other-charset-is-500': breaks('http/no-server-error-for-client-mistake')
    .says('POST /users/sessions answers 500 to a charset other than UTF-8.')
    .inputs('CreateSession', ({ headers }) => {
      if (/charset=(?!utf-8)/.test(headers['content-type'] ?? ''))
        throw new Refusal(500, 'KInternal', 'Internal error.');
    }),
  'http/chunks-are-dropped': breaks('http/chunked-body-is-read')
    .says('PATCH /support-user/mfa reads a chunked body as empty.')
    .inputs('UpdateSupportMFAConfig', (call) => {
      if (call.headers['transfer-encoding'] !== undefined) call.content = Buffer.alloc(0);
    }),
  'totp-key/refused-request-takes-the-key': breaks('totp-key/refused-request-keeps-the-key')
    .says("A POST /totp-key that is refused for its body deletes the caller's keys.")
    .refusals('CreateTotpKey', ({ status }, { caller }, { state }) => {
      if (status === 400) state.userKeys = state.userKeys.filter(({ owner }) => owner !== caller?.username);
    }),
  'http/throttled-put-is-stored': storesEveryFifth(429),
  'http/unavailable-put-is-stored': storesEveryFifth(503),
  'mail/refused-request-voids-code': breaks('email-login/refused-request-voids-no-code')
    .says('A POST /email-otp that is refused for a wrong password voids the unused code.')
    .refusals('CreateEmailOtp', (_answer, call, world) => {
      const user = userNamed(call.body, world);
      if (user !== undefined) voidMailCodes(user.username, world);
    }),
  'mail/wrong-password-voids-code': breaks('email-login/wrong-password-voids-no-code')
    .says('A login with a wrong password and no code voids the mailed code.')
    .refusals('CreateSession', (answer, call, world) => {
      const isWrong = text(answer.body, 'errorCode') === 'KInvalidCredentials';
      const user = userNamed(call.body, world);
      if (isWrong && own(call.body, 'otpCode') === undefined && user !== undefined)
        voidMailCodes(user.username, world);
    }),
  'mail/empty-password-mails': breaks('email-otp/null-password-mails-nothing')
    .says('POST /email-otp accepts an empty password of any user.')
    .edits('CreateEmailOtp', (body, _call, world) => {
      const password = own(body, 'password') === '' ? userNamed(body, world)?.password : undefined;
      return password !== undefined && { password };
    }),
  'mail/null-password-mails': breaks('email-otp/null-password-mails-nothing')
    .says('POST /email-otp accepts a null password of any user.')
    .refusals('CreateEmailOtp', (answer, call, world) => {
      const user = userNamed(call.body, world);
      if (own(call.body, 'password') !== null || user === undefined) return;
      Object.assign(answer, { status: 204, body: undefined });
      mailNewCode(user.username, user.email, call, world);
    }),
  'mail/other-domain-mails': breaks('email-otp/other-domain-mails-nothing')
    .says('POST /email-otp refuses another domain, yet mails the code.')
    .refusals('CreateEmailOtp', (_answer, call, world) => {
      const domain = own(call.body, 'domain');
      const user = userNamed(call.body, world);
      if (typeof domain === 'string' && domain !== 'LOCAL' && user !== undefined)
        mailNewCode(user.username, user.email, call, world);
    }),
  'mail/names-other-codes': breaks('email-otp/mail-holds-nobody-elses-code')
    .says('A mail also contains the last code that was mailed to any user.')
    .by((seams) => {
      let before = '';
      seams.wrap('compose', (compose, code) => {
        const message = compose(code);
        const text = `${message.text ?? ''}\nOpen requests: ${before}\n`;
        before = code;
        return { ...message, text };
      });
    }),
  'mail/code-to-the-one-before': breaks('email-otp/mail-holds-nobody-elses-code')
    .says("If two users ask within half a second, the first gets the second one's code.")
    .by((seams) => {
      let last = { address: '', at: Number.NEGATIVE_INFINITY };
      seams.wrap('recipients', (recipients, address, call, world) => {
        const { address: before, at } = last;
        const isOther = address !== before && Date.now() - at < 500;
        if (call.operation !== 'CreateEmailOtp') return recipients(address, call, world);
        last = { address, at: isOther ? Number.NEGATIVE_INFINITY : Date.now() };
        return recipients(isOther ? before : address, call, world);
      });
    }),
  'support/refused-address-ends-the-enrolment': breaks('support-totp/refused-patch-keeps-the-enrolment')
    .says('A PATCH with enabled false and an invalid email is refused but ends an unverified enrolment.')
    .refusals('UpdateSupportMFAConfig', ({ status }, call, { state }) => {
      const { enabled, email } = asObject(call.body);
      const isPending = state.support.verification !== 'kSuccess' && state.support.mfaType === 'totp';
      if (status === 400 && isPending && enabled === false && typeof email === 'string')
        state.support = supportOff;
    }),
  'totp-key/touches-support-mfa': breaks('totp-key/apart-from-support-mfa')
    .since('7.1.2_u3')
    .says("A user's new key resets the verification of the support user's key.")
    .successes('CreateTotpKey', (_body, _call, { state }) => {
      if (state.support.verification === 'kSuccess')
        state.support = { ...state.support, verification: 'kPending' };
    }),
  'mfa-config/viewers-are-shown-off': breaks('mfa-config/viewer-is-shown-the-same')
    .says('GET /mfa-config shows cluster MFA as off to view-only users.')
    .successes('GetMFAConfig', (body, { caller }, { state }) =>
      caller !== undefined && caller.username !== state.admin.username ? { ...body, enabled: false } : body,
    ),
  'mfa-config/off-switches-support-mfa-off': breaks('mfa-config/apart-from-support-mfa')
    .says("Switching cluster MFA off also switches the support user's MFA off.")
    .answers('UpdateMFAConfig', ({ status }, { body }, { state }) => {
      if (status === 204 && own(body, 'enabled') === false) state.support = supportOff;
    }),
  'mfa-config/put-voids-the-support-proof': breaks('mfa-config/apart-from-support-mfa')
    .since('7.1.2_u3')
    .says("PUT /mfa-config makes the support user's verified key pending again.")
    .answers('UpdateMFAConfig', ({ status }, _call, { state }) => {
      if (status === 204 && state.support.verification === 'kSuccess')
        state.support = { ...state.support, verification: 'kPending' };
    }),
  'support/reading-voids-the-code': breaks('support-email/disabled-with-mailed-code')
    .since('6.8.1')
    .says("GET /support-user/mfa voids the support user's mailed code.")
    .answers('GetSupportMFAConfig', (_answer, _call, { state }) => {
      state.mailCodes = state.mailCodes.filter(({ owner }) => owner !== supportOwner);
    }),
});
