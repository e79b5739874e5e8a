import { asObject, own, text } from '../json.js';
import type { Fault } from '../seams.js';

const verify = 'VerifySupportUserTotp';

export const verifyTotpFaults: readonly Fault[] = [
  {
    id: 'verify-totp/wrong-code-verifies',
    description:
      'POST /support-user/verify-totp takes every well-formed code for right, without keeping that.',
    breaks: ['verify-totp/refuses-wrong-code'],
    apply: (seams) =>
      seams.success(verify, (body, call) =>
        /^[0-9]{6}$/.test(text(asObject(call.body), 'totpCode') ?? '') ? { success: true } : body,
      ),
  },
  {
    id: 'verify-totp/junk-verifies',
    description: 'POST /support-user/verify-totp takes an empty code for right.',
    breaks: ['verify-totp/refuses-junk'],
    apply: (seams) =>
      seams.success(verify, (body, call) =>
        text(asObject(call.body), 'totpCode') === '' ? { success: true } : body,
      ),
  },
  {
    id: 'verify-totp/blank-code-verifies-once-proven',
    description:
      'POST /support-user/verify-totp takes an empty code, or a blank, for right once the key is proven.',
    breaks: ['verify-totp/refuses-junk'],
    apply: (seams) =>
      seams.success(verify, (body, call, { state }) =>
        state.support.verification === 'kSuccess' && text(asObject(call.body), 'totpCode')?.trim() === ''
          ? { success: true }
          : body,
      ),
  },
  {
    id: 'verify-totp/verifies-without-enrolment',
    description: 'POST /support-user/verify-totp answers success while support MFA is off.',
    breaks: ['verify-totp/refuses-without-enrolment', 'verify-totp/refuses-code-in-email-mode'],
    apply: (seams) =>
      seams.refusal(verify, (answer, call, { state }) => {
        if (state.support.key !== undefined || text(asObject(call.body), 'totpCode') === undefined) return;
        if (call.caller?.role !== 'admin') return;
        answer.status = 200;
        answer.body = { success: true };
      }),
  },
  {
    id: 'verify-totp/verification-not-kept',
    description: 'After a right code GET /support-user/mfa still shows kPending.',
    breaks: ['verify-totp/state-is-success-after-right-code'],
    since: '7.1.2_u3',
    apply: (seams) =>
      seams.success('GetSupportMFAConfig', (body) =>
        own(body, 'otpVerificationState') === 'kSuccess'
          ? { ...body, otpVerificationState: 'kPending' }
          : body,
      ),
  },
  {
    id: 'verify-totp/verified-from-the-start',
    description: 'GET /support-user/mfa shows kSuccess as soon as a key is handed out.',
    breaks: ['verify-totp/state-is-not-success-before-a-right-code'],
    since: '7.1.2_u3',
    apply: (seams) =>
      seams.success('GetSupportMFAConfig', (body) =>
        own(body, 'mfaType') === 'totp' ? { ...body, otpVerificationState: 'kSuccess' } : body,
      ),
  },
  {
    id: 'verify-totp/missing-body-accepted',
    description: 'POST /support-user/verify-totp without a body answers 200 with success true.',
    breaks: ['verify-totp/refuses-missing-body'],
    apply: (seams) =>
      seams.refusal(verify, (answer, call) => {
        if (call.caller?.role !== 'admin' || call.content?.length !== 0) return;
        answer.status = 200;
        answer.body = { success: true };
      }),
  },
];
