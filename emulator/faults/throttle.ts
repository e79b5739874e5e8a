import { header } from '../credentials.js';
import { inputs, refusals } from '../deviations.js';
import { asObject, own } from '../json.js';
import { type Fault, faultsOf, withRules } from '../seams.js';
import { type State, supportOwner } from '../state.js';

export const throttleFaults: readonly Fault[] = faultsOf({
  'throttle/totp-not-counted': {
    description: 'Wrong TOTP codes at logins are not counted.',
    breaks: ['totp-login/wrong-codes-are-throttled'],
    apply: refusals('CreateSession', (_answer, call, { state }) => {
      if (own(asObject(call.body), 'otpType') === 'totp') state.failures.clear();
    }),
  },
  'throttle/counted-by-connection': {
    description: 'Wrong codes at logins are counted separately for each connection.',
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
  'throttle/counted-by-forwarded-address': {
    description: 'Wrong codes at logins are counted separately for each X-Forwarded-For.',
    breaks: ['totp-login/throttle-ignores-forwarded-header'],
    apply: inputs('CreateSession', (call, { state }) => {
      if (header(call, 'x-forwarded-for') !== undefined) state.failures.clear();
    }),
  },
  'throttle/mailed-codes-not-counted': {
    description: 'Wrong mailed codes at logins are not counted.',
    breaks: ['email-login/wrong-codes-are-throttled'],
    apply: refusals('CreateSession', (_answer, call, { state }) => {
      if (own(asObject(call.body), 'otpType') === 'email') state.failures.clear();
    }),
  },
  'throttle/mails-without-limit': {
    description: 'Mailed codes are not limited.',
    breaks: ['email-otp/sending-is-limited'],
    apply: withRules(({ mailLimit }) => ({ mailLimit: { ...mailLimit, mails: Number.POSITIVE_INFINITY } })),
  },
  'throttle/mails-in-session-without-limit': {
    description: 'Codes mailed by POST /send-email-otp are not limited.',
    breaks: ['email-otp/sending-is-limited'],
    apply: inputs('SendEmailOtp', (_call, { state }) => state.unusedMails.clear()),
  },
  'throttle/support-mails-without-limit': {
    description: 'Codes mailed by POST /support-user/send-email-otp are not limited.',
    breaks: ['support-email/sending-is-limited'],
    apply: inputs('SendSupportEmailOtp', (_call, { state }) => {
      state.unusedMails.delete(supportOwner);
    }),
  },
  'throttle/mfa-codes-not-counted': {
    description: 'Wrong codes as mfaCode are not counted.',
    breaks: ['support-email/wrong-codes-are-throttled'],
    since: '6.8.1',
    apply: refusals('UpdateSupportMFAConfig', (_answer, _call, { state }) => {
      state.failures.delete(supportOwner);
    }),
  },
});
