import type { Answer, World } from '../call.js';
import { changesFreely, codeOf, disablesFreely, emptyKey, verifyAlso } from '../deviations.js';
import { own, text } from '../json.js';
import { shownOnce } from '../keys.js';
import { breaks, type Fault, faultsOf, faultsSince, type Seams } from '../seams.js';
import { type Owner, type State, supportOwner, type TotpKey } from '../state.js';

const patch = 'UpdateSupportMFAConfig';
const verify = 'VerifySupportUserTotp';

function rememberKeys(seams: Seams): readonly TotpKey[] {
  const keys: TotpKey[] = [];
  seams.success(patch, (_body, _call, { state }) => {
    const { key } = state.support;
    if (key !== undefined && !keys.includes(key)) keys.push(key);
  });
  return keys;
}

/** The key that the last change replaced while MFA was on, if its verification fits `wasProven`. */
function replacedKey(seams: Seams, wasProven: boolean): () => TotpKey | undefined {
  let replaced: TotpKey | undefined;
  seams.wrap('storeSupport', (storeSupport, before, wanted, world) => {
    const isSo = (before.verification === 'kSuccess') === wasProven && before.enabled && wanted.enabled;
    if (before.key !== wanted.key) replaced = isSo ? before.key : undefined;
    return storeSupport(before, wanted, world);
  });
  return () => replaced;
}

function verifyByKeysOf(seams: Seams, isTheirs: (owner: Owner, state: State) => boolean): void {
  verifyAlso(
    seams,
    (code, support, { state, clock }) =>
      support.key !== undefined &&
      state.userKeys.some((key) => isTheirs(key.owner, state) && codeOf(key, { clock }) === code),
  );
}

/** In this mode, a code that `isRight` accepts also switches support MFA off. */
const disablesWithCode = (seams: Seams, mode: string, isRight: (code: string, world: World) => boolean) =>
  disablesFreely(seams, ({ given = '', before, world }) => before.mfaType === mode && isRight(given, world));

const single = faultsOf({
  'verify-totp/users-key-verifies': breaks('verify-totp/refuses-code-of-a-users-key')
    .says("POST /support-user/verify-totp also accepts codes of users' keys.")
    .with(verifyByKeysOf, () => true),
  'verify-totp/callers-key-verifies': breaks('verify-totp/refuses-code-of-a-users-key')
    .says("POST /support-user/verify-totp also accepts codes of the caller's own key.")
    .with(verifyByKeysOf, (owner, { admin }) => owner === admin.username),
  'verify-totp/replaced-secret-verifies': breaks('verify-totp/refuses-code-of-replaced-secret')
    .and('support-totp/parallel-enrolments-leave-one-key')
    .says('POST /support-user/verify-totp also accepts codes of replaced secrets.')
    .by((seams) => {
      const keys = rememberKeys(seams);
      verifyAlso(seams, (code, support, { clock }) =>
        keys.some((key) => ![undefined, key].includes(support.key) && codeOf(key, { clock }) === code),
      );
    }),
  'verify-totp/replaced-pending-secret-verifies': breaks('verify-totp/refuses-code-of-replaced-secret')
    .says('Until a secret verifies, codes of the pending secret that it replaced verify as well.')
    .by((seams) => {
      const replaced = replacedKey(seams, false);
      verifyAlso(seams, (code, { verification }, { clock }) => {
        const key = replaced();
        return key !== undefined && verification !== 'kSuccess' && codeOf(key, { clock }) === code;
      });
    }),
  'verify-totp/secret-outlives-disabling': breaks('verify-totp/refuses-code-after-disabling')
    .says('While support MFA is off, POST /support-user/verify-totp accepts codes of the last secret.')
    .by((seams) => {
      const keys = rememberKeys(seams);
      verifyAlso(seams, (code, { enabled }, { clock }) => {
        const last = keys.at(-1);
        return !enabled && last !== undefined && codeOf(last, { clock }) === code;
      });
    }),
  'verify-totp/secret-outlives-its-mode': breaks('verify-totp/refuses-code-in-email-mode')
    .says('If support MFA changes from totp to email at once, codes of the old secret still verify.')
    .by((seams) => {
      const keys = rememberKeys(seams);
      let isKept = false;
      seams.wrap('storeSupport', (storeSupport, before, wanted, world) => {
        if (before.mfaType !== wanted.mfaType) isKept = before.enabled && wanted.mfaType === 'email';
        return storeSupport(before, wanted, world);
      });
      verifyAlso(seams, (code, _support, { clock }) => {
        const last = keys.at(-1);
        return isKept && last !== undefined && codeOf(last, { clock }) === code;
      });
    }),
  'support/refused-verification-ends-the-need': breaks('verify-totp/refuses-code-in-email-mode')
    .since('6.8.1')
    .says('After a refused code of verify-totp in email mode, support MFA is switched off without mfaCode.')
    .by((seams) => {
      let isNeedless = false;
      seams.answer(verify, (_answer, _call, { state }) => {
        isNeedless = state.support.mfaType === 'email';
      });
      disablesFreely(seams, () => isNeedless);
    }),
  'support/abandoned-enrolment-ends-the-need': breaks('verify-totp/refuses-code-in-email-mode')
    .since('6.8.1')
    .says('After a change from an unverified key to email mode, support MFA is switched off without mfaCode.')
    .by((seams) => {
      let isAbandoned = false;
      seams.wrap('storeSupport', (storeSupport, before, wanted, world) => {
        if (before.mfaType !== wanted.mfaType)
          isAbandoned = before.enabled && before.mfaType === 'totp' && before.verification !== 'kSuccess';
        return storeSupport(before, wanted, world);
      });
      disablesFreely(seams, ({ before }) => isAbandoned && before.mfaType === 'email');
    }),
  'support/failure-outlives-right-codes': breaks('verify-totp/state-is-success-after-right-code')
    .since('7.1.2_u3')
    .says('After a wrong code GET /support-user/mfa shows kFailure until the next key, despite right codes.')
    .by((seams) => {
      let failed: TotpKey | undefined;
      seams.answer(verify, ({ body }, _call, { state }) => {
        if (own(body, 'success') === false) failed = state.support.key;
      });
      seams.show('GetSupportMFAConfig', (_body, _call, { state }) =>
        failed !== undefined && failed === state.support.key
          ? { otpVerificationState: 'kFailure' }
          : undefined,
      );
    }),
  'verify-totp/mailed-code-verifies': breaks('verify-totp/refuses-code-in-email-mode')
    .says('In email mode POST /support-user/verify-totp accepts the mailed code.')
    .with(
      verifyAlso,
      (code, { mfaType }, { state }) =>
        mfaType === 'email' &&
        state.mailCodes.some((entry) => entry.owner === supportOwner && entry.code === code),
    ),
  'support/proof-outlives-the-key': breaks('verify-totp/state-starts-anew-with-a-new-key')
    .and('verify-totp/state-is-not-success-before-a-right-code')
    .says('After one key was verified, all later keys count as verified.')
    .by((seams) => {
      const { storeSupport, afterVerification } = seams.rules;
      let isProven = false;
      seams.rules.afterVerification = (before, right) => {
        isProven ||= right;
        return afterVerification(before, right);
      };
      seams.rules.storeSupport = (before, wanted, world) => {
        const stored = storeSupport(before, wanted, world);
        return isProven && stored.mfaType === 'totp' ? { ...stored, verification: 'kSuccess' } : stored;
      };
    }),
  'support/proof-passes-to-the-next-key': breaks('verify-totp/state-starts-anew-with-a-new-key')
    .since('7.1.2_u3')
    .says('A key that replaces a verified one by its code counts as verified.')
    .wraps('storeSupport', (storeSupport, before, wanted, world) => {
      const isProven = before.verification === 'kSuccess' && before.enabled && wanted.key !== undefined;
      return storeSupport(before, isProven ? { ...wanted, verification: 'kSuccess' } : wanted, world);
    }),
  'support/secret-shown-by-later-patch': breaks('support-totp/later-patch-hides-secret')
    .says('Every PATCH /support-user/mfa in totp mode shows the secret in force.')
    .successes(patch, (body, _call, world) => {
      const { key } = world.state.support;
      return key === undefined ? body : { ...shownOnce(key, world), ...body };
    }),
  'support/secret-kept-over-email-mode': breaks('support-totp/enrolling-after-email-gives-a-fresh-secret')
    .says('Switching support MFA back to totp after email mode gives the earlier secret.')
    .by((seams) => {
      let last: Buffer | undefined;
      let wasEmail = false;
      seams.success(patch, (body) => {
        wasEmail ||= own(body, 'mfaType') === 'email';
      });
      seams.wrap('newSecret', (newSecret, call, world) => {
        if (call.operation !== patch) return newSecret(call, world);
        const secret = wasEmail && last !== undefined ? last : newSecret(call, world);
        wasEmail = false;
        last = secret;
        return secret;
      });
    }),
});

const since681 = faultsSince('6.8.1', {
  'support/totp-code-taken-in-email-mode': breaks('support-email/not-disabled-with-totp-code')
    .says('A code of an earlier TOTP secret switches support MFA by e-mail off.')
    .by((seams) => {
      const keys = rememberKeys(seams);
      disablesWithCode(seams, 'email', (code, world) => keys.some((key) => codeOf(key, world) === code));
    }),
  'support/mailed-code-taken-in-totp-mode': breaks('support-totp/not-disabled-with-mailed-code')
    .says('Any mailed code switches support MFA by TOTP off.')
    .with(disablesWithCode, 'totp', (code, { state }) =>
      state.mailCodes.some((entry) => entry.code === code),
    ),
  'support/login-code-taken-as-mfa-code': breaks('support-email/not-disabled-with-login-code')
    .says('A code that was mailed to a user switches support MFA by e-mail off.')
    .with(disablesWithCode, 'email', (code, { state }) =>
      state.mailCodes.some((entry) => entry.owner !== supportOwner && entry.code === code),
    ),
  'support/callers-code-taken-as-mfa-code': breaks('support-email/not-disabled-with-callers-code')
    .says('A code of POST /send-email-otp switches support MFA by e-mail off.')
    .by((seams) => {
      const codes = new Set<string>();
      seams.answer('SendEmailOtp', (_answer, call, { state }) => {
        const own = state.mailCodes.findLast(({ owner }) => owner === call.caller?.username);
        if (own !== undefined) codes.add(own.code);
      });
      disablesWithCode(seams, 'email', (code) => codes.has(code));
    }),
  'support/code-of-a-developer': breaks('support-email/not-disabled-with-wrong-code')
    .says('The code 000000 switches support MFA by e-mail off.')
    .with(disablesWithCode, 'email', (code) => code === '000000'),
  'support/mailed-code-reusable': breaks('support-email/code-works-once')
    .says('A mailed code that switched support MFA off switches it off again.')
    .by((seams) => {
      const used = new Set<string>();
      disablesWithCode(seams, 'email', (code) => used.has(code));
      const wasByMail = seams.noted(patch, (_body, _call, { state }) => state.support.mfaType === 'email');
      seams.success(patch, (_body, call) => {
        const code = text(call.body, 'mfaCode');
        const isOff = own(call.body, 'enabled') === false;
        if (wasByMail() && isOff && code !== undefined) used.add(code);
      });
    }),
  'support/used-code-disables': breaks('support-totp/not-disabled-with-used-code')
    .says('A used code switches support MFA by TOTP off.')
    .by((seams) => {
      let isPatch = false;
      seams.input('any', ({ operation }) => {
        isPatch = operation === patch;
      });
      seams.wrap('isReplay', (isReplay, step, key) => !isPatch && isReplay(step, key));
    }),
  'support/used-code-changes-the-mode': breaks('support-totp/not-disabled-with-used-code')
    .says('A used code switches support MFA from TOTP to mail.')
    .by((seams) => {
      let isMode = false;
      seams.input('any', ({ operation, content }) => {
        isMode = operation === patch && content?.includes('"email"') === true;
      });
      seams.wrap('isReplay', (isReplay, step, key) => !isMode && isReplay(step, key));
    }),
  'support/key-replaced-without-code': breaks('support-totp/key-not-replaced-without-code')
    .says('PATCH /support-user/mfa to totp replaces a verified key without mfaCode.')
    .inputs(patch, (call, { state }) => {
      const text = call.content?.toString() ?? '';
      const asksForOne = /"mfaType":\s*"totp"/.test(text) && !/"enabled":\s*false/.test(text);
      const isProven = state.support.mfaType === 'totp' && state.support.verification === 'kSuccess';
      if (asksForOne && isProven) state.support = { ...state.support, verification: 'kPending' };
    }),
  'support/mode-changed-without-code': breaks('support-totp/mode-not-changed-without-code')
    .says('Support MFA by TOTP is switched to mail without mfaCode.')
    .with(
      changesFreely,
      ({ before, wanted }) => wanted.enabled && wanted.mfaType === 'email' && before.mfaType === 'totp',
    ),
  'support/refused-disabling-ends-the-proof': breaks('support-totp/not-disabled-without-code')
    .since('7.1.2_u3')
    .says('A disabling that is refused without mfaCode makes GET show kPending for a verified key.')
    .by((seams) => {
      let isRefused = false;
      seams.answer(patch, ({ status }, call) => {
        isRefused = status === 403 && own(call.body, 'mfaCode') === undefined;
      });
      seams.show('GetSupportMFAConfig', () => isRefused && { otpVerificationState: 'kPending' });
    }),
  'support/null-code-disables': breaks('support-totp/not-disabled-without-code')
    .says('Support MFA is switched off without a code when mfaCode is null.')
    .with(changesFreely, ({ body }) => own(body, 'mfaCode') === null),
});

export const supportCodeFaults: readonly Fault[] = [...single, ...since681];

function verified(answer: Answer): void {
  Object.assign(answer, { status: 200, body: { success: true } });
}

export const verifyTotpFaults: readonly Fault[] = faultsOf({
  'verify-totp/wrong-code-verifies': breaks('verify-totp/refuses-wrong-code')
    .says('POST /support-user/verify-totp answers success for every well-formed code.')
    .successes(verify, (body, call) =>
      /^[0-9]{6}$/.test(text(call.body, 'totpCode') ?? '') ? { success: true } : body,
    ),
  'verify-totp/success-under-another-name': breaks('verify-totp/accepts-current-code')
    .says('POST /support-user/verify-totp returns ok instead of success.')
    .successes(verify, ({ success, ...body }) => ({ ok: success ?? null, ...body })),
  'verify-totp/never-says-success': breaks('verify-totp/accepts-current-code')
    .says('POST /support-user/verify-totp answers success false even for a right code.')
    .shows(verify, (_body) => ({ success: false })),
  'verify-totp/junk-verifies': breaks('verify-totp/refuses-junk')
    .says('POST /support-user/verify-totp accepts an empty code.')
    .successes(verify, (body, call) => (text(call.body, 'totpCode') === '' ? { success: true } : body)),
  'verify-totp/blank-code-verifies-once-proven': breaks('verify-totp/refuses-junk')
    .says('POST /support-user/verify-totp accepts an empty or blank code after the key was verified.')
    .successes(verify, (body, call, { state }) =>
      state.support.verification === 'kSuccess' && text(call.body, 'totpCode')?.trim() === ''
        ? { success: true }
        : body,
    ),
  'verify-totp/null-verifies-once-proven': breaks('verify-totp/refuses-junk')
    .says('POST /support-user/verify-totp accepts null after the key was verified.')
    .refusals(verify, (answer, call, { state }) => {
      const isProven = state.support.verification === 'kSuccess';
      if (isProven && own(call.body, 'totpCode') === null) verified(answer);
    }),
  'verify-totp/code-of-an-empty-secret-verifies': breaks('verify-totp/refuses-without-enrolment')
    .says('Without an enrolment POST /support-user/verify-totp accepts the code of an empty secret.')
    .refusals(verify, (answer, call, world) => {
      const isMeant = world.state.support.key === undefined && call.caller?.role === 'admin';
      if (isMeant && text(call.body, 'totpCode') === codeOf(emptyKey(world.rules), world)) verified(answer);
    }),
  'verify-totp/verifies-without-enrolment': breaks('verify-totp/refuses-without-enrolment')
    .and('verify-totp/refuses-code-in-email-mode')
    .says('POST /support-user/verify-totp answers success while support MFA is off.')
    .refusals(verify, (answer, call, { state }) => {
      const isMeant = state.support.key === undefined && call.caller?.role === 'admin';
      if (isMeant && text(call.body, 'totpCode') !== undefined) verified(answer);
    }),
  'verify-totp/verification-not-kept': breaks('verify-totp/state-is-success-after-right-code')
    .since('7.1.2_u3')
    .says('After a right code GET /support-user/mfa still shows kPending.')
    .successes('GetSupportMFAConfig', (body) =>
      own(body, 'otpVerificationState') === 'kSuccess' ? { ...body, otpVerificationState: 'kPending' } : body,
    ),
  'verify-totp/verified-from-the-start': breaks('verify-totp/state-is-not-success-before-a-right-code')
    .since('7.1.2_u3')
    .says('GET /support-user/mfa shows kSuccess as soon as a key is returned.')
    .successes('GetSupportMFAConfig', (body) =>
      own(body, 'mfaType') === 'totp' ? { ...body, otpVerificationState: 'kSuccess' } : body,
    ),
  'verify-totp/missing-body-accepted': breaks('verify-totp/refuses-missing-body')
    .says('POST /support-user/verify-totp without a body answers 200 with success true.')
    .refusals(verify, (answer, call) => {
      if (call.caller?.role === 'admin' && call.content?.length === 0) verified(answer);
    }),
});
