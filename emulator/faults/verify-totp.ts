import type { Answer } from '../call.js';
import { refusals, successes } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { type Fault, faultsOf } from '../seams.js';

const verify = 'VerifySupportUserTotp';

function verified(answer: Answer): void {
  Object.assign(answer, { status: 200, body: { success: true } });
}

export const verifyTotpFaults: readonly Fault[] = faultsOf({
  'verify-totp/wrong-code-verifies': {
    description: 'POST /support-user/verify-totp answers success for every well-formed code.',
    breaks: ['verify-totp/refuses-wrong-code'],
    apply: successes(verify, (body, call) =>
      /^[0-9]{6}$/.test(text(asObject(call.body), 'totpCode') ?? '') ? { success: true } : body,
    ),
  },
  'verify-totp/success-under-another-name': {
    description: 'POST /support-user/verify-totp answers ok instead of success.',
    breaks: ['verify-totp/accepts-current-code'],
    apply: successes(verify, ({ success, ...body }) => ({ ok: success ?? null, ...body })),
  },
  'verify-totp/never-says-success': {
    description: 'POST /support-user/verify-totp answers success false for a right code, too.',
    breaks: ['verify-totp/accepts-current-code'],
    apply: successes(verify, (body) => ({ ...body, success: false })),
  },
  'verify-totp/junk-verifies': {
    description: 'POST /support-user/verify-totp accepts an empty code.',
    breaks: ['verify-totp/refuses-junk'],
    apply: successes(verify, (body, call) =>
      text(asObject(call.body), 'totpCode') === '' ? { success: true } : body,
    ),
  },
  'verify-totp/blank-code-verifies-once-proven': {
    description: 'POST /support-user/verify-totp accepts an empty or blank code after the key was verified.',
    breaks: ['verify-totp/refuses-junk'],
    apply: successes(verify, (body, call, { state }) =>
      state.support.verification === 'kSuccess' && text(asObject(call.body), 'totpCode')?.trim() === ''
        ? { success: true }
        : body,
    ),
  },
  'verify-totp/verifies-without-enrolment': {
    description: 'POST /support-user/verify-totp answers success while support MFA is off.',
    breaks: ['verify-totp/refuses-without-enrolment', 'verify-totp/refuses-code-in-email-mode'],
    apply: refusals(verify, (answer, call, { state }) => {
      const isMeant = state.support.key === undefined && call.caller?.role === 'admin';
      if (isMeant && text(asObject(call.body), 'totpCode') !== undefined) verified(answer);
    }),
  },
  'verify-totp/verification-not-kept': {
    description: 'After a right code GET /support-user/mfa still shows kPending.',
    breaks: ['verify-totp/state-is-success-after-right-code'],
    since: '7.1.2_u3',
    apply: successes('GetSupportMFAConfig', (body) =>
      own(body, 'otpVerificationState') === 'kSuccess' ? { ...body, otpVerificationState: 'kPending' } : body,
    ),
  },
  'verify-totp/verified-from-the-start': {
    description: 'GET /support-user/mfa shows kSuccess as soon as a key is answered.',
    breaks: ['verify-totp/state-is-not-success-before-a-right-code'],
    since: '7.1.2_u3',
    apply: successes('GetSupportMFAConfig', (body) =>
      own(body, 'mfaType') === 'totp' ? { ...body, otpVerificationState: 'kSuccess' } : body,
    ),
  },
  'verify-totp/missing-body-accepted': {
    description: 'POST /support-user/verify-totp without a body answers 200 with success true.',
    breaks: ['verify-totp/refuses-missing-body'],
    apply: refusals(verify, (answer, call) => {
      if (call.caller?.role === 'admin' && call.content?.length === 0) verified(answer);
    }),
  },
});
