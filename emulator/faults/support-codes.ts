import type { World } from '../call.js';
import { changesFreely, disablesFreely, inputs, successes } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { shownOnce } from '../keys.js';
import { type Fault, faultsOf, faultsSince, type Seams } from '../seams.js';
import { type Owner, type State, type SupportMfa, supportOwner, type TotpKey } from '../state.js';
import { hotp, stepAt } from '../totp.js';

const patch = 'UpdateSupportMFAConfig';
const verify = 'VerifySupportUserTotp';

const currentCode = (key: TotpKey, now: number) =>
  hotp(key.secret, stepAt(now, key.parameters.period), key.parameters);

/** Every key that the support user ever got, oldest first. */
function rememberKeys(seams: Seams): readonly TotpKey[] {
  const keys: TotpKey[] = [];
  seams.success(patch, (_body, _call, { state }) => {
    const { key } = state.support;
    if (key !== undefined && !keys.includes(key)) keys.push(key);
  });
  return keys;
}

/** POST /support-user/verify-totp accepts some more codes. */
function verifyAlso(
  seams: Seams,
  isRight: (code: string, support: SupportMfa, world: World) => boolean,
): void {
  seams.answer(verify, (answer, call, world) => {
    const code = text(asObject(call.body), 'totpCode') ?? '';
    const mayVerify = call.caller?.privileges.includes('CLUSTER_MODIFY') ?? false;
    if (!mayVerify || !isRight(code, world.state.support, world)) return;
    answer.status = 200;
    answer.body = { success: true };
  });
}

/** It also accepts codes of users' keys while the support user has a key. */
function verifyByKeysOf(seams: Seams, isTheirs: (owner: Owner, state: State) => boolean): void {
  verifyAlso(
    seams,
    (code, support, { state, clock }) =>
      support.key !== undefined &&
      state.userKeys.some((key) => isTheirs(key.owner, state) && currentCode(key, clock.now()) === code),
  );
}

/** In one mode some more codes switch support MFA off. */
const disablesWithCode = (mode: string, isRight: (code: string, world: World) => boolean): Fault['apply'] =>
  disablesFreely(({ given = '', before, world }) => before.mfaType === mode && isRight(given, world));

const single = faultsOf({
  'verify-totp/users-key-verifies': {
    description: "POST /support-user/verify-totp also accepts codes of users' keys.",
    breaks: ['verify-totp/refuses-code-of-a-users-key'],
    apply: (seams) => verifyByKeysOf(seams, () => true),
  },
  'verify-totp/callers-key-verifies': {
    description: "POST /support-user/verify-totp also accepts codes of the caller's own key.",
    breaks: ['verify-totp/refuses-code-of-a-users-key'],
    apply: (seams) => verifyByKeysOf(seams, (owner, { admin }) => owner === admin.username),
  },
  'verify-totp/replaced-secret-verifies': {
    description: 'POST /support-user/verify-totp also accepts codes of replaced secrets.',
    breaks: ['verify-totp/refuses-code-of-replaced-secret', 'support-totp/parallel-enrolments-leave-one-key'],
    apply: (seams) => {
      const keys = rememberKeys(seams);
      verifyAlso(seams, (code, support, { clock }) =>
        keys.some((key) => ![undefined, key].includes(support.key) && currentCode(key, clock.now()) === code),
      );
    },
  },
  'verify-totp/secret-outlives-disabling': {
    description: 'While support MFA is off, POST /support-user/verify-totp accepts codes of the last secret.',
    breaks: ['verify-totp/refuses-code-after-disabling'],
    apply: (seams) => {
      const keys = rememberKeys(seams);
      verifyAlso(seams, (code, { enabled }, { clock }) => {
        const last = keys.at(-1);
        return !enabled && last !== undefined && currentCode(last, clock.now()) === code;
      });
    },
  },
  'verify-totp/mailed-code-verifies': {
    description: 'In email mode POST /support-user/verify-totp accepts the mailed code.',
    breaks: ['verify-totp/refuses-code-in-email-mode'],
    apply: (seams) =>
      verifyAlso(
        seams,
        (code, { mfaType }, { state }) =>
          mfaType === 'email' &&
          state.mailCodes.some((entry) => entry.owner === supportOwner && entry.code === code),
      ),
  },
  'support/proof-outlives-the-key': {
    description: 'After one key was verified, all later keys count as verified.',
    breaks: [
      'verify-totp/state-starts-anew-with-a-new-key',
      'verify-totp/state-is-not-success-before-a-right-code',
    ],
    apply: (seams) => {
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
    },
  },
  'support/secret-shown-by-later-patch': {
    description: 'Every PATCH /support-user/mfa in totp mode shows the secret in force.',
    breaks: ['support-totp/later-patch-hides-secret'],
    apply: successes(patch, (body, _call, world) => {
      const { key } = world.state.support;
      return key === undefined ? body : { ...shownOnce(key, world), ...body };
    }),
  },
  'support/secret-kept-over-email-mode': {
    description: 'Switching support MFA back to totp after email mode gives the earlier secret.',
    breaks: ['support-totp/enrolling-after-email-gives-a-fresh-secret'],
    apply: (seams) => {
      const { newSecret } = seams.rules;
      let last: Buffer | undefined;
      let wasEmail = false;
      seams.success(patch, (body) => {
        wasEmail ||= own(body, 'mfaType') === 'email';
      });
      seams.rules.newSecret = (call, world) => {
        if (call.operation !== patch) return newSecret(call, world);
        const secret = wasEmail && last !== undefined ? last : newSecret(call, world);
        wasEmail = false;
        last = secret;
        return secret;
      };
    },
  },
});

const since681 = faultsSince('6.8.1', {
  'support/totp-code-taken-in-email-mode': {
    description: 'A code of an earlier TOTP secret switches support MFA by e-mail off.',
    breaks: ['support-email/not-disabled-with-totp-code'],
    apply: (seams) => {
      const keys = rememberKeys(seams);
      disablesWithCode('email', (code, { clock }) =>
        keys.some((key) => currentCode(key, clock.now()) === code),
      )(seams);
    },
  },
  'support/mailed-code-taken-in-totp-mode': {
    description: 'Any mailed code switches support MFA by TOTP off.',
    breaks: ['support-totp/not-disabled-with-mailed-code'],
    apply: disablesWithCode('totp', (code, { state }) =>
      state.mailCodes.some((entry) => entry.code === code),
    ),
  },
  'support/login-code-taken-as-mfa-code': {
    description: 'A code that was mailed to a user switches support MFA by e-mail off.',
    breaks: ['support-email/not-disabled-with-login-code'],
    apply: disablesWithCode('email', (code, { state }) =>
      state.mailCodes.some((entry) => entry.owner !== supportOwner && entry.code === code),
    ),
  },
  'support/callers-code-taken-as-mfa-code': {
    description: 'A code of POST /send-email-otp switches support MFA by e-mail off.',
    breaks: ['support-email/not-disabled-with-callers-code'],
    apply: (seams) => {
      const codes = new Set<string>();
      seams.answer('SendEmailOtp', (_answer, call, { state }) => {
        const own = state.mailCodes.findLast(({ owner }) => owner === call.caller?.username);
        if (own !== undefined) codes.add(own.code);
      });
      disablesWithCode('email', (code) => codes.has(code))(seams);
    },
  },
  'support/code-of-a-developer': {
    description: 'The code 000000 switches support MFA by e-mail off.',
    breaks: ['support-email/not-disabled-with-wrong-code'],
    apply: disablesWithCode('email', (code) => code === '000000'),
  },
  'support/mailed-code-reusable': {
    description: 'A mailed code that switched support MFA off switches it off again.',
    breaks: ['support-email/code-works-once'],
    apply: (seams) => {
      const used = new Set<string>();
      disablesWithCode('email', (code) => used.has(code))(seams);
      const wasByMail = seams.noted(patch, (_body, _call, { state }) => state.support.mfaType === 'email');
      seams.success(patch, (_body, call) => {
        const code = text(asObject(call.body), 'mfaCode');
        const isOff = own(asObject(call.body), 'enabled') === false;
        if (wasByMail() && isOff && code !== undefined) used.add(code);
      });
    },
  },
  'support/used-code-disables': {
    description: 'A used code switches support MFA by TOTP off.',
    breaks: ['support-totp/not-disabled-with-used-code'],
    apply: (seams) => {
      const { isReplay } = seams.rules;
      let isPatch = false;
      seams.input('any', ({ operation }) => {
        isPatch = operation === patch;
      });
      seams.rules.isReplay = (step, key) => !isPatch && isReplay(step, key);
    },
  },
  'support/key-replaced-without-code': {
    description: 'PATCH /support-user/mfa to totp replaces a verified key without mfaCode.',
    breaks: ['support-totp/key-not-replaced-without-code'],
    apply: inputs(patch, (call, { state }) => {
      const text = call.content?.toString() ?? '';
      const asksForOne = /"mfaType":\s*"totp"/.test(text) && !/"enabled":\s*false/.test(text);
      const isProven = state.support.mfaType === 'totp' && state.support.verification === 'kSuccess';
      if (asksForOne && isProven) state.support = { ...state.support, verification: 'kPending' };
    }),
  },
  'support/mode-changed-without-code': {
    description: 'Support MFA by TOTP is switched to mail without mfaCode.',
    breaks: ['support-totp/mode-not-changed-without-code'],
    apply: changesFreely(
      ({ before, wanted }) => wanted.enabled && wanted.mfaType === 'email' && before.mfaType === 'totp',
    ),
  },
  'support/null-code-disables': {
    description: 'Support MFA is switched off without a code when mfaCode is null.',
    breaks: ['support-totp/not-disabled-without-code'],
    apply: changesFreely(({ body }) => own(body, 'mfaCode') === null),
  },
});

export const supportCodeFaults: readonly Fault[] = [...single, ...since681];
