import { header } from '../credentials.js';
import { asObject, own } from '../json.js';
import type { Fault } from '../seams.js';
import { type State, supportOwner } from '../state.js';

export const throttleFaults: readonly Fault[] = [
  {
    id: 'throttle/totp-not-counted',
    description: 'Wrong TOTP codes at logins are not counted.',
    breaks: ['totp-login/wrong-codes-are-throttled'],
    apply: (seams) =>
      seams.refusal('CreateSession', (_answer, call, { state }) => {
        if (own(asObject(call.body), 'otpType') === 'totp') state.failures.clear();
      }),
  },
  {
    id: 'throttle/counted-by-connection',
    description: 'Wrong codes at logins are counted for each connection by itself.',
    breaks: ['totp-login/throttle-spans-connections'],
    apply: (seams) => {
      const counts = new WeakMap<object, State['failures']>();
      seams.input('CreateSession', (call, { state }) => {
        state.failures.clear();
        for (const [owner, count] of counts.get(call.connection) ?? []) state.failures.set(owner, count);
      });
      seams.answer('CreateSession', (_answer, call, { state }) => {
        counts.set(call.connection, new Map(state.failures));
      });
    },
  },
  {
    id: 'throttle/counted-by-forwarded-address',
    description: 'Wrong codes at logins are counted for each X-Forwarded-For by itself.',
    breaks: ['totp-login/throttle-ignores-forwarded-header'],
    apply: (seams) =>
      seams.input('CreateSession', (call, { state }) => {
        if (header(call, 'x-forwarded-for') !== undefined) state.failures.clear();
      }),
  },
  {
    id: 'throttle/mailed-codes-not-counted',
    description: 'Wrong mailed codes at logins are not counted.',
    breaks: ['email-login/wrong-codes-are-throttled'],
    apply: (seams) =>
      seams.refusal('CreateSession', (_answer, call, { state }) => {
        if (own(asObject(call.body), 'otpType') === 'email') state.failures.clear();
      }),
  },
  {
    id: 'throttle/mfa-codes-not-counted',
    description: 'Wrong codes as mfaCode are not counted.',
    breaks: ['support-email/wrong-codes-are-throttled'],
    since: '6.8.1',
    apply: (seams) =>
      seams.refusal('UpdateSupportMFAConfig', (_answer, _call, { state }) => {
        state.failures.delete(supportOwner);
      }),
  },
  {
    id: 'throttle/mails-without-limit',
    description: 'Codes are mailed as often as they are asked for.',
    breaks: ['email-otp/sending-is-limited'],
    apply: ({ rules }) => {
      rules.mailLimit.mails = Number.POSITIVE_INFINITY;
    },
  },
  {
    id: 'throttle/mails-in-session-without-limit',
    description: 'POST /send-email-otp mails codes as often as they are asked for.',
    breaks: ['email-otp/sending-is-limited'],
    apply: (seams) => seams.input('SendEmailOtp', (_call, { state }) => state.unusedMails.clear()),
  },
  {
    id: 'throttle/support-mails-without-limit',
    description: 'POST /support-user/send-email-otp mails codes as often as they are asked for.',
    breaks: ['support-email/sending-is-limited'],
    apply: (seams) =>
      seams.input('SendSupportEmailOtp', (_call, { state }) => {
        state.unusedMails.delete(supportOwner);
      }),
  },
];
