import type { World } from '../call.js';
import { asObject, own, text } from '../json.js';
import { shownOnce } from '../keys.js';
import type { Fault, Seams } from '../seams.js';
import { type Owner, type State, type SupportMfa, supportOwner, type TotpKey } from '../state.js';
import { hotp, stepAt } from '../totp.js';

const patch = 'UpdateSupportMFAConfig';
const verify = 'VerifySupportUserTotp';

const currentCode = (key: TotpKey, now: number) =>
  hotp(key.secret, stepAt(now, key.parameters.period), key.parameters);

/** Every key that the support user ever got, oldest first. */
function rememberKeys(seams: Seams): readonly TotpKey[] {
  const keys: TotpKey[] = [];
  seams.success(patch, (body, _call, { state }) => {
    const { key } = state.support;
    if (key !== undefined && !keys.includes(key)) keys.push(key);
    return body;
  });
  return keys;
}

/** Takes some more codes for right. */
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

/** Takes the codes of users' keys too, where the support user has one. */
function verifyByKeysOf(seams: Seams, isTheirs: (owner: Owner, state: State) => boolean): void {
  verifyAlso(
    seams,
    (code, support, { state, clock }) =>
      support.key !== undefined &&
      state.userKeys.some((key) => isTheirs(key.owner, state) && currentCode(key, clock.now()) === code),
  );
}

/** Takes some more codes as mfaCode for switching off. */
function disableAlso(
  seams: Seams,
  isRight: (code: string, before: SupportMfa, world: World) => boolean,
): void {
  const { needsMfaCode } = seams.rules;
  let given = '';
  seams.body(patch, (body) => {
    given = text(asObject(body), 'mfaCode') ?? '';
    return body;
  });
  seams.rules.needsMfaCode = (before, wanted, world) =>
    needsMfaCode(before, wanted, world) && (wanted.enabled || !isRight(given, before, world));
}

export const supportCodeFaults: readonly Fault[] = [
  {
    id: 'verify-totp/users-key-verifies',
    description: "POST /support-user/verify-totp takes the codes of users' keys too.",
    breaks: ['verify-totp/refuses-code-of-a-users-key'],
    apply: (seams) => verifyByKeysOf(seams, () => true),
  },
  {
    id: 'verify-totp/callers-key-verifies',
    description: "POST /support-user/verify-totp takes the codes of the caller's own key too.",
    breaks: ['verify-totp/refuses-code-of-a-users-key'],
    apply: (seams) => verifyByKeysOf(seams, (owner, { admin }) => owner === admin.username),
  },
  {
    id: 'verify-totp/replaced-secret-verifies',
    description: 'POST /support-user/verify-totp takes the codes of replaced secrets too.',
    breaks: ['verify-totp/refuses-code-of-replaced-secret', 'support-totp/parallel-enrolments-leave-one-key'],
    apply: (seams) => {
      const keys = rememberKeys(seams);
      verifyAlso(seams, (code, support, { clock }) =>
        keys.some((key) => ![undefined, key].includes(support.key) && currentCode(key, clock.now()) === code),
      );
    },
  },
  {
    id: 'verify-totp/secret-outlives-disabling',
    description:
      'POST /support-user/verify-totp takes the codes of the last secret while support MFA is off.',
    breaks: ['verify-totp/refuses-code-after-disabling'],
    apply: (seams) => {
      const keys = rememberKeys(seams);
      verifyAlso(seams, (code, { enabled }, { clock }) => {
        const last = keys.at(-1);
        return !enabled && last !== undefined && currentCode(last, clock.now()) === code;
      });
    },
  },
  {
    id: 'verify-totp/mailed-code-verifies',
    description: 'POST /support-user/verify-totp takes the mailed code while support MFA is in email mode.',
    breaks: ['verify-totp/refuses-code-in-email-mode'],
    apply: (seams) =>
      verifyAlso(
        seams,
        (code, { mfaType }, { state }) =>
          mfaType === 'email' &&
          state.mailCodes.some((entry) => entry.owner === supportOwner && entry.code === code),
      ),
  },
  {
    id: 'support/totp-code-taken-in-email-mode',
    description: 'Support MFA by e-mail is switched off with a code of an earlier TOTP secret.',
    breaks: ['support-email/not-disabled-with-totp-code'],
    since: '6.8.1',
    apply: (seams) => {
      const keys = rememberKeys(seams);
      disableAlso(
        seams,
        (code, { mfaType }, { clock }) =>
          mfaType === 'email' && keys.some((key) => currentCode(key, clock.now()) === code),
      );
    },
  },
  {
    id: 'support/mailed-code-taken-in-totp-mode',
    description: 'Support MFA by TOTP is switched off with any code that was mailed.',
    breaks: ['support-totp/not-disabled-with-mailed-code'],
    since: '6.8.1',
    apply: (seams) =>
      disableAlso(
        seams,
        (code, { mfaType }, { state }) =>
          mfaType === 'totp' && state.mailCodes.some((entry) => entry.code === code),
      ),
  },
  {
    id: 'support/login-code-taken-as-mfa-code',
    description: 'Support MFA by e-mail is switched off with a code that was mailed to a user.',
    breaks: ['support-email/not-disabled-with-login-code'],
    since: '6.8.1',
    apply: (seams) =>
      disableAlso(
        seams,
        (code, { mfaType }, { state }) =>
          mfaType === 'email' &&
          state.mailCodes.some((entry) => entry.owner !== supportOwner && entry.code === code),
      ),
  },
  {
    id: 'support/callers-code-taken-as-mfa-code',
    description: 'Support MFA by e-mail is switched off with a code of POST /send-email-otp.',
    breaks: ['support-email/not-disabled-with-callers-code'],
    since: '6.8.1',
    apply: (seams) => {
      const codes = new Set<string>();
      seams.answer('SendEmailOtp', (_answer, call, { state }) => {
        const own = state.mailCodes.findLast(({ owner }) => owner === call.caller?.username);
        if (own !== undefined) codes.add(own.code);
      });
      disableAlso(seams, (code, { mfaType }) => mfaType === 'email' && codes.has(code));
    },
  },
  {
    id: 'support/code-of-a-developer',
    description: 'Support MFA by e-mail is switched off with 000000.',
    breaks: ['support-email/not-disabled-with-wrong-code'],
    since: '6.8.1',
    apply: (seams) => disableAlso(seams, (code, { mfaType }) => mfaType === 'email' && code === '000000'),
  },
  {
    id: 'support/mailed-code-reusable',
    description: 'A mailed code that switched support MFA off switches it off again.',
    breaks: ['support-email/code-works-once'],
    since: '6.8.1',
    apply: (seams) => {
      const used = new Set<string>();
      let wasByMail = false;
      disableAlso(seams, (code, { mfaType }) => mfaType === 'email' && used.has(code));
      seams.body(patch, (body, _call, { state }) => {
        wasByMail = state.support.mfaType === 'email';
        return body;
      });
      seams.success(patch, (body, call) => {
        const code = text(asObject(call.body), 'mfaCode');
        const isOff = own(asObject(call.body), 'enabled') === false;
        if (wasByMail && isOff && code !== undefined) used.add(code);
        return body;
      });
    },
  },
  {
    id: 'support/used-code-disables',
    description: 'Support MFA by TOTP is switched off with a code that was used.',
    breaks: ['support-totp/not-disabled-with-used-code'],
    since: '6.8.1',
    apply: (seams) => {
      const { isReplay } = seams.rules;
      let isPatch = false;
      seams.input('any', ({ operation }) => {
        isPatch = operation === patch;
      });
      seams.rules.isReplay = (step, key) => !isPatch && isReplay(step, key);
    },
  },
  {
    id: 'support/key-replaced-without-code',
    description: 'PATCH /support-user/mfa to totp gives a new key although one was proven, without mfaCode.',
    breaks: ['support-totp/key-not-replaced-without-code'],
    since: '6.8.1',
    apply: (seams) =>
      seams.input(patch, (call, { state }) => {
        const text = call.content?.toString() ?? '';
        const asksForOne = /"mfaType":\s*"totp"/.test(text) && !/"enabled":\s*false/.test(text);
        const isProven = state.support.mfaType === 'totp' && state.support.verification === 'kSuccess';
        if (asksForOne && isProven) state.support = { ...state.support, verification: 'kPending' };
      }),
  },
  {
    id: 'support/mode-changed-without-code',
    description: 'Support MFA by TOTP is switched to mail without mfaCode.',
    breaks: ['support-totp/mode-not-changed-without-code'],
    since: '6.8.1',
    apply: (seams) => {
      const { needsMfaCode } = seams.rules;
      seams.rules.needsMfaCode = (before, wanted, world) =>
        needsMfaCode(before, wanted, world) &&
        !(wanted.enabled && wanted.mfaType === 'email' && before.mfaType === 'totp');
    },
  },
  {
    id: 'support/null-code-disables',
    description: 'Support MFA is switched off without a code where mfaCode is null.',
    breaks: ['support-totp/not-disabled-without-code'],
    since: '6.8.1',
    apply: (seams) => {
      const { needsMfaCode } = seams.rules;
      let isNull = false;
      seams.body(patch, (body) => {
        isNull = own(asObject(body), 'mfaCode') === null;
        return body;
      });
      seams.rules.needsMfaCode = (before, wanted, world) => !isNull && needsMfaCode(before, wanted, world);
    },
  },
  {
    id: 'support/proof-outlives-the-key',
    description: 'Once a key was proven, the keys that follow count as proven.',
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
  {
    id: 'support/secret-shown-by-later-patch',
    description: 'Every PATCH /support-user/mfa in totp mode shows the secret that is in force.',
    breaks: ['support-totp/later-patch-hides-secret'],
    apply: (seams) =>
      seams.success(patch, (body, _call, world) => {
        const { key } = world.state.support;
        return key === undefined ? body : { ...shownOnce(key, world), ...body };
      }),
  },
  {
    id: 'support/secret-kept-over-email-mode',
    description: 'Switching support MFA to totp after email mode gives the secret that was there before.',
    breaks: ['support-totp/enrolling-after-email-gives-a-fresh-secret'],
    apply: (seams) => {
      const { newSecret } = seams.rules;
      let last: Buffer | undefined;
      let wasEmail = false;
      seams.success(patch, (body) => {
        wasEmail ||= own(body, 'mfaType') === 'email';
        return body;
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
];
