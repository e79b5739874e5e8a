import type { Call, World } from '../call.js';
import { mailNewCode, voidMailCodes } from '../codes.js';
import { credentialsOf } from '../credentials.js';
import { asObject, type Json, own, text } from '../json.js';
import { clusterOf } from '../operations/cluster.js';
import type { Fault } from '../seams.js';
import { supportOff, supportOwner } from '../state.js';

function store({ content }: Call, { state }: World): void {
  try {
    const body: Json = JSON.parse(String(content));
    state.cluster = clusterOf(body);
  } catch {
    // What is no JSON can't be taken for any.
  }
}

/** What is refused, or should be, and has an effect all the same; and effects on what was not asked for. */
export const refusedFaults: readonly Fault[] = [
  {
    id: 'http/wrong-method-is-stored',
    description: "The admin's POST or PATCH of /mfa-config is answered 405, and stored.",
    breaks: ['http/refused-write-changes-nothing'],
    apply: (seams) =>
      seams.refusal('any', (answer, call, world) => {
        if (answer.status !== 405 || !call.path.endsWith('/mfa-config')) return;
        const caller = world.rules.identify(credentialsOf(call, world), call, world);
        if (caller?.username === world.state.admin.username) store(call, world);
      }),
  },
  {
    id: 'http/wrong-media-type-is-stored',
    description: 'A PUT /mfa-config of another media type is answered 415, and stored.',
    breaks: ['http/refused-write-changes-nothing'],
    apply: (seams) =>
      seams.refusal('UpdateMFAConfig', (answer, call, world) => {
        if (answer.status === 415) store(call, world);
      }),
  },
  {
    id: 'http/charset-is-refused',
    description: 'POST /users/sessions refuses application/json with a charset.',
    breaks: ['http/charset-is-no-other-type'],
    apply: (seams) =>
      seams.input('CreateSession', ({ headers }) => {
        if (headers['content-type']?.includes('charset')) headers['content-type'] = 'application/other';
      }),
  },
  {
    id: 'http/chunks-are-dropped',
    description: 'PATCH /support-user/mfa takes a body in chunks for none.',
    breaks: ['http/chunked-body-is-read'],
    apply: (seams) =>
      seams.input('UpdateSupportMFAConfig', (call) => {
        if (call.headers['transfer-encoding'] !== undefined) call.content = Buffer.alloc(0);
      }),
  },
  {
    id: 'totp-key/refused-request-takes-the-key',
    description: "A POST /totp-key that is refused for its body ends the caller's keys.",
    breaks: ['totp-key/refused-request-keeps-the-key'],
    apply: (seams) =>
      seams.refusal('CreateTotpKey', ({ status }, { caller }, { state }) => {
        if (status === 400) state.userKeys = state.userKeys.filter(({ owner }) => owner !== caller?.username);
      }),
  },
  {
    id: 'http/throttled-put-is-stored',
    description: 'Every fifth PUT /mfa-config that succeeds is answered 429 all the same.',
    breaks: ['http/throttled-write-changes-nothing'],
    apply: (seams) => {
      let count = 0;
      seams.answer('UpdateMFAConfig', (answer, _call, { state }) => {
        if (answer.status >= 300 || state.cluster.enabled) return;
        count += 1;
        if (count % 5 > 0) return;
        const body = { errorCode: 'KTooManyRequests', message: 'Too many requests.' };
        Object.assign(answer, { status: 429, headers: { 'retry-after': '1' }, body });
      });
    },
  },
  {
    id: 'mail/refused-request-voids-code',
    description: 'A POST /email-otp that is refused for a wrong password voids the code that is out.',
    breaks: ['email-login/refused-request-voids-no-code'],
    apply: (seams) =>
      seams.refusal('CreateEmailOtp', (_answer, call, world) => {
        const named = text(asObject(call.body), 'username');
        if (world.state.users.some(({ username }) => username === named)) voidMailCodes(named ?? '', world);
      }),
  },
  {
    id: 'mail/wrong-password-voids-code',
    description: 'A login with a wrong password and no code voids the code that was mailed.',
    breaks: ['email-login/wrong-password-voids-no-code'],
    apply: (seams) =>
      seams.refusal('CreateSession', (answer, call, world) => {
        const { username, otpCode } = asObject(call.body);
        const isWrong = text(asObject(answer.body), 'errorCode') === 'KInvalidCredentials';
        const user = world.state.users.find((each) => each.username === username);
        if (isWrong && otpCode === undefined && user !== undefined) voidMailCodes(user.username, world);
      }),
  },
  {
    id: 'mail/empty-password-mails',
    description: 'POST /email-otp takes an empty text as the password of anybody.',
    breaks: ['email-otp/null-password-mails-nothing'],
    apply: (seams) =>
      seams.body('CreateEmailOtp', (body, _call, { state }) => {
        const user = state.users.find(({ username }) => username === own(asObject(body), 'username'));
        const isEmpty = own(asObject(body), 'password') === '';
        return isEmpty && user !== undefined ? { ...asObject(body), password: user.password } : body;
      }),
  },
  {
    id: 'mail/null-password-mails',
    description: 'POST /email-otp takes null as the password of anybody.',
    breaks: ['email-otp/null-password-mails-nothing'],
    apply: (seams) =>
      seams.refusal('CreateEmailOtp', (answer, call, world) => {
        const { username, password } = asObject(call.body);
        const user = world.state.users.find((one) => one.username === username);
        if (password !== null || user === undefined) return;
        Object.assign(answer, { status: 204, body: undefined });
        mailNewCode(user.username, user.email, call, world);
      }),
  },
  {
    id: 'mail/other-domain-mails',
    description: 'POST /email-otp refuses another domain, and mails the code all the same.',
    breaks: ['email-otp/other-domain-mails-nothing'],
    apply: (seams) =>
      seams.refusal('CreateEmailOtp', (_answer, call, world) => {
        const domain = own(asObject(call.body), 'domain');
        const user = world.state.users.find(
          ({ username }) => username === own(asObject(call.body), 'username'),
        );
        if (typeof domain === 'string' && domain !== 'LOCAL' && user !== undefined)
          mailNewCode(user.username, user.email, call, world);
      }),
  },
  {
    id: 'mail/names-other-codes',
    description: 'Mails name the code that was mailed before, to whomever.',
    breaks: ['email-otp/mail-holds-nobody-elses-code'],
    apply: (seams) => {
      const { compose } = seams.rules;
      let before = '';
      seams.rules.compose = (code) => {
        const message = compose(code);
        const text = `${message.text ?? ''}\nOpen requests: ${before}\n`;
        before = code;
        return { ...message, text };
      };
    },
  },
  {
    id: 'mail/code-to-the-one-before',
    description:
      'Of two users who ask for a code within half a second the second one has its mailed to the first.',
    breaks: ['email-otp/mail-holds-nobody-elses-code'],
    apply: (seams) => {
      const { recipients } = seams.rules;
      let last = { address: '', at: Number.NEGATIVE_INFINITY };
      seams.rules.recipients = (address, call, world) => {
        const { address: before, at } = last;
        const isOther = address !== before && Date.now() - at < 500;
        if (call.operation !== 'CreateEmailOtp') return recipients(address, call, world);
        last = { address, at: isOther ? Number.NEGATIVE_INFINITY : Date.now() };
        return recipients(isOther ? before : address, call, world);
      };
    },
  },
  {
    id: 'support/refused-address-ends-the-enrolment',
    description:
      'A PATCH of enabled false that is refused for its email switches off what was not verified yet.',
    breaks: ['support-totp/refused-patch-keeps-the-enrolment'],
    apply: (seams) =>
      seams.refusal('UpdateSupportMFAConfig', ({ status }, call, { state }) => {
        const { enabled, email } = asObject(call.body);
        const isPending = state.support.verification !== 'kSuccess' && state.support.mfaType === 'totp';
        if (status === 400 && isPending && enabled === false && typeof email === 'string')
          state.support = supportOff;
      }),
  },
  {
    id: 'totp-key/touches-support-mfa',
    description: "A user's new key takes back that the support user's key was verified.",
    breaks: ['totp-key/apart-from-support-mfa'],
    since: '7.1.2_u3',
    apply: (seams) =>
      seams.success('CreateTotpKey', (body, _call, { state }) => {
        if (state.support.verification === 'kSuccess')
          state.support = { ...state.support, verification: 'kPending' };
        return body;
      }),
  },
  {
    id: 'mfa-config/viewers-are-shown-off',
    description: 'GET /mfa-config tells viewers that cluster MFA is off.',
    breaks: ['mfa-config/viewer-is-shown-the-same'],
    apply: (seams) =>
      seams.success('GetMFAConfig', (body, { caller }, { state }) =>
        caller !== undefined && caller.username !== state.admin.username ? { ...body, enabled: false } : body,
      ),
  },
  {
    id: 'mfa-config/off-switches-support-mfa-off',
    description: "Switching cluster MFA off switches the support user's MFA off as well.",
    breaks: ['mfa-config/apart-from-support-mfa'],
    apply: (seams) =>
      seams.answer('UpdateMFAConfig', ({ status }, { body }, { state }) => {
        if (status === 204 && own(asObject(body), 'enabled') === false) state.support = supportOff;
      }),
  },
  {
    id: 'support/reading-voids-the-code',
    description: 'GET /support-user/mfa voids the code that was mailed to the support user.',
    breaks: ['support-email/disabled-with-mailed-code'],
    since: '6.8.1',
    apply: (seams) =>
      seams.answer('GetSupportMFAConfig', (_answer, _call, { state }) => {
        state.mailCodes = state.mailCodes.filter(({ owner }) => owner !== supportOwner);
      }),
  },
];
