import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Rules } from '../call.js';
import { Refusal } from '../call.js';
import { useLoginCode } from '../codes.js';
import { challenges, credentialsOf, isAnonymous } from '../credentials.js';
import { asObject, isObject, own, text } from '../json.js';
import type { Variant } from '../seams.js';
import { type MailCode, supportOff, supportOwner, type TotpKey } from '../state.js';
import { showClusterLate } from './late.js';

function oneCodeInAStep(rules: Rules, isMeant: (owner: TotpKey['owner']) => boolean): void {
  const { isReplay } = rules;
  const last = new Map<TotpKey['owner'], number>();
  rules.isReplay = (step, key) => {
    if (!isMeant(key.owner)) return isReplay(step, key);
    if (step <= (last.get(key.owner) ?? -1)) return true;
    last.set(key.owner, step);
    return false;
  };
}

export const behaviourVariants: readonly Variant[] = [
  {
    id: 'totp-8-digits-60s-sha256',
    description: 'TOTP keys have 8 digits, 60 seconds and SHA256, as their URIs declare.',
    apply: ({ rules }) => {
      Object.assign(rules.totp, { digits: 8, period: 60, algorithm: 'SHA256', secretBytes: 32 });
    },
  },
  {
    id: 'totp-without-window',
    description: 'Only the TOTP code of the current step is accepted.',
    apply: ({ rules }) => {
      Object.assign(rules.totp, { stepsBack: 0, stepsAhead: 0 });
    },
  },
  {
    id: 'totp-two-steps-each-side',
    description: 'TOTP codes of up to 60 seconds before and after now are accepted.',
    apply: ({ rules }) => {
      Object.assign(rules.totp, { stepsBack: 2, stepsAhead: 2 });
    },
  },
  {
    id: 'totp-steps-only-forward',
    description: 'Once the code of a step was accepted, those of earlier steps are not.',
    apply: ({ rules }) => {
      rules.isReplay = (step, key) => step <= Math.max(...key.acceptedSteps);
    },
  },
  {
    id: 'several-totp-keys',
    description: "A user's TOTP keys are all in force.",
    apply: ({ rules }) => {
      rules.newKeyRetiresOlder = false;
    },
  },
  {
    id: 'lock-out-after-5',
    description: 'After 5 wrong codes in a row an account waits for 10 seconds.',
    apply: ({ rules }) => {
      rules.throttle = { attempts: 5, lockMs: 10_000 };
    },
  },
  {
    id: 'one-code-of-a-user-in-a-step',
    description:
      'A user logs in with one TOTP code in a step, and with later ones only then, whatever key they are of.',
    apply: ({ rules }) => oneCodeInAStep(rules, (owner) => typeof owner === 'string'),
  },
  {
    id: 'one-code-of-the-support-user-in-a-step',
    description:
      'Of the support user one TOTP code is taken in a step, and later ones only then, whatever key they are of.',
    apply: ({ rules }) => oneCodeInAStep(rules, (owner) => owner === supportOwner),
  },
  ...(
    [
      ['', 'from the sixth in half a minute each is answered 1.5 s later', (n) => (n > 5 ? 1_500 : 0)],
      [
        '-step-by-step',
        'each in half a minute is answered a quarter of a second later than the one before, up to 2 s',
        (n) => Math.min(250 * (n - 1), 2_000),
      ],
    ] satisfies readonly (readonly [string, string, (n: number) => number])[]
  ).map(
    ([slug, how, delayMs]): Variant => ({
      id: `wrong-codes-slowed${slug}`,
      description: `Wrong codes at logins lock no user: ${how}.`,
      apply: (seams) => {
        const inARow = new Map<string, readonly number[]>();
        seams.answer('CreateSession', async (answer, call, { state, clock }) => {
          const user = text(asObject(call.body), 'username') ?? '';
          if (answer.status < 300) inARow.delete(user);
          if (own(asObject(answer.body), 'errorCode') !== 'KInvalidOtp') return;
          state.failures.delete(user);
          const now = clock.now();
          const failed = [...(inARow.get(user) ?? []).filter((at) => now - at < 30_000), now];
          inARow.set(user, failed);
          await pause(delayMs(failed.length));
        });
      },
    }),
  ),
  {
    id: 'locks-not-allowed',
    description: 'The target file allows no account to be locked, and is not of a throw-away target.',
    apply: ({ told }) => {
      told.allow = { ...told.allow, lockOut: false, disposable: false };
      // Else such a target is asked at a polite rate.
      told.limits = { ...told.limits, requestsPerSecond: 500 };
    },
  },
  {
    id: 'support-lock-in-disguise',
    description:
      'After 5 wrong codes in a row the support user is locked for a minute: right codes are told to be wrong.',
    apply: (seams) => {
      seams.rules.throttle = { attempts: 5, lockMs: 60_000 };
      seams.refusal(['UpdateSupportMFAConfig', 'VerifySupportUserTotp'], (answer, call) => {
        if (answer.status !== 429) return;
        const isVerify = call.operation === 'VerifySupportUserTotp';
        answer.status = isVerify ? 200 : 403;
        answer.headers = {};
        answer.body = isVerify
          ? { success: false, message: 'The code is wrong.' }
          : { errorCode: 'KInvalidMfaCode', message: 'mfaCode is not valid.' };
      });
    },
  },
  {
    id: 'mail-limit-after-5',
    description: 'After 5 codes in a row that nobody used no more are mailed for 10 seconds.',
    apply: ({ rules }) => {
      rules.mailLimit = { mails: 5, windowMs: 10_000 };
    },
  },
  {
    id: 'codes-spent-by-wrong-password',
    description: 'A right code is used up by a login with a wrong password.',
    apply: (seams) =>
      seams.refusal('CreateSession', (answer, call, world) => {
        if (own(asObject(answer.body), 'errorCode') !== 'KInvalidCredentials') return;
        const body = asObject(call.body);
        const user = world.state.users.find(({ username }) => username === own(body, 'username'));
        const [code, otpType] = [text(body, 'otpCode'), text(body, 'otpType')];
        if (user !== undefined && code !== undefined && otpType !== undefined) {
          useLoginCode(user, otpType, code, world);
        }
      }),
  },
  {
    id: 'names-in-any-case',
    description: 'otpType and domain are taken in capitals and in small letters.',
    apply: (seams) =>
      seams.body('CreateSession', (body) => {
        const [otpType, domain] = [text(asObject(body), 'otpType'), text(asObject(body), 'domain')];
        if (!isObject(body)) return body;
        return {
          ...body,
          ...(otpType === undefined ? {} : { otpType: otpType.toLowerCase() }),
          ...(domain === undefined ? {} : { domain: domain.toUpperCase() }),
        };
      }),
  },
  {
    id: 'address-kept-after-disabling',
    description: 'The address and the mode of support MFA stay when it is switched off.',
    apply: ({ rules }) => {
      rules.afterDisabling = ({ email, mfaType }) => ({ ...supportOff, email, mfaType });
    },
  },
  {
    id: 'patch-replaces',
    description: 'PATCH /support-user/mfa resets what the body does not name.',
    apply: (seams) =>
      seams.body('UpdateSupportMFAConfig', (body) =>
        isObject(body) ? { enabled: false, mfaType: null, email: null, ...body } : body,
      ),
  },
  {
    id: 'put-read-after-300ms',
    description: 'GET /mfa-config shows a change 300 ms after PUT answered.',
    apply: (seams) => showClusterLate(seams, 300),
  },
  {
    id: 'wrong-code-ends-the-proof',
    description:
      "After a wrong code the support user's key counts as unproven, although it was proven before.",
    fails: ['verify-totp/refused-code-keeps-the-proof'],
    apply: ({ rules }) => {
      rules.afterVerification = (_before, right) => (right ? 'kSuccess' : 'kFailure');
    },
  },
  {
    id: 'sessions-end-with-a-switch',
    description: 'Switching cluster MFA on or off ends all sessions.',
    apply: ({ rules }) => {
      const { storeCluster } = rules;
      rules.storeCluster = (before, wanted, world) => {
        if (before.enabled !== wanted.enabled) world.state.sessions.clear();
        return storeCluster(before, wanted, world);
      };
    },
  },
  {
    id: 'one-session-for-each-user',
    description: "A login ends the user's earlier session.",
    apply: (seams) =>
      seams.success('CreateSession', (body, _call, { state }) => {
        const id = text(body, 'sessionId') ?? '';
        const owner = state.sessions.get(id);
        for (const [other, user] of state.sessions) {
          if (other !== id && user === owner) state.sessions.delete(other);
        }
        return body;
      }),
  },
  {
    id: 'sessions-end-after-15-minutes',
    description: 'A session ends 15 minutes after its login.',
    apply: (seams) => {
      const { rules, clock } = seams;
      const { identify } = rules;
      const begun = new Map<string, number>();
      seams.success('CreateSession', (body) => {
        const id = text(body, 'sessionId');
        if (id !== undefined) begun.set(id, clock.now());
        return body;
      });
      rules.identify = (credentials, call, world) => {
        for (const [id, at] of begun) if (clock.now() - at > 15 * 60_000) world.state.sessions.delete(id);
        return identify(credentials, call, world);
      };
    },
  },
  {
    id: 'cluster-mfa-on-at-first',
    description: 'Cluster MFA is found on.',
    apply: (seams) => {
      seams.start = { ...seams.start, clusterMfa: { enabled: true } };
    },
  },
  {
    id: 'cluster-mfa-on-by-email-at-first',
    description: 'Cluster MFA is found on, with mailed codes only.',
    apply: (seams) => {
      seams.start = { ...seams.start, clusterMfa: { enabled: true, authenticationTypes: ['email'] } };
    },
  },
  {
    id: 'support-mfa-on-at-first',
    description: "The support user's MFA is found on, by e-mail.",
    apply: (seams) => {
      seams.start = { ...seams.start, supportMfa: { enabled: true, mfaType: 'email' } };
    },
  },
  {
    id: 'email-otp-needs-credential',
    description: 'POST /email-otp is refused without a declared credential.',
    apply: (seams) =>
      seams.input('CreateEmailOtp', (call, world) => {
        if (!isAnonymous(credentialsOf(call, world))) return;
        throw new Refusal(401, 'KUnauthorized', 'A valid credential is required.', challenges(world));
      }),
  },
  {
    id: 'email-otp-hides-accounts',
    description: 'POST /email-otp answers 204 for wrong credentials too, and mails nothing.',
    apply: (seams) =>
      seams.refusal('CreateEmailOtp', (answer, call) => {
        if (answer.status !== 401 || own(asObject(call.body), 'username') === undefined) return;
        Object.assign(answer, { status: 204, headers: {}, body: undefined });
      }),
  },
  {
    id: 'login-in-two-steps',
    description: 'A login without the code it needs answers 201 with a session that opens nothing.',
    apply: (seams) =>
      seams.refusal('CreateSession', (answer) => {
        if (own(asObject(answer.body), 'errorCode') !== 'KOtpRequired') return;
        const headers = { 'cache-control': 'no-store' };
        Object.assign(answer, { status: 201, headers, body: { sessionId: randomUUID() } });
      }),
  },
  {
    id: 'codes-in-the-second-step-only',
    description:
      'POST /users/sessions takes no codes: the password begins a login, POST /users/verify-otp ends it.',
    since: '7.3.1',
    apply: (seams) =>
      seams.body('CreateSession', (body) => {
        if (!isObject(body)) return body;
        const { otpCode: _code, otpType: _type, ...rest } = body;
        return rest;
      }),
  },
  {
    id: 'second-step-by-its-own-mail',
    description:
      'POST /users/verify-otp takes the mailed codes of POST /send-email-otp only, POST /users/sessions those of POST /email-otp.',
    since: '7.3.1',
    apply: ({ rules }) => {
      const { recipients, firstStepMay, secondStepRight, mailCodeFits } = rules;
      const byCaller = new WeakSet<MailCode>();
      let isSecondStep = false;
      rules.firstStepMay = (operation) => operation === 'SendEmailOtp' || firstStepMay(operation);
      rules.recipients = (address, call, world) => {
        const newest = world.state.mailCodes.at(-1);
        if (call.operation === 'SendEmailOtp' && newest !== undefined) byCaller.add(newest);
        return recipients(address, call, world);
      };
      rules.secondStepRight = (...attempt) => {
        isSecondStep = true;
        try {
          return secondStepRight(...attempt);
        } finally {
          isSecondStep = false;
        }
      };
      rules.mailCodeFits = (entry, code, owner, now) =>
        mailCodeFits(entry, code, owner, now) &&
        (typeof owner !== 'string' || byCaller.has(entry) === isSecondStep);
    },
  },
  {
    id: 'no-second-step',
    description: 'The password alone begins no login: the code comes with it, or it is refused.',
    since: '7.3.1',
    apply: ({ rules }) => {
      rules.beginsLogin = () => false;
    },
  },
  {
    id: 'support-password-for-every-change',
    description:
      "Each PATCH and PUT /support-user/mfa takes the support user's password, whatever it changes.",
    since: '7.3',
    apply: ({ rules }) => {
      rules.needsSupportPassword = () => true;
    },
  },
  {
    id: 'support-password-not-asked',
    description:
      "No change of support MFA takes the support user's password: GET says so by requiresPasswordAuth false, and the target file gives none.",
    since: '7.3.2',
    apply: (seams) => {
      seams.told.supportPassword = false;
      seams.rules.needsSupportPassword = () => false;
      seams.rules.supportPasswordRight = () => true;
      seams.success(
        ['GetSupportMFAConfig', 'UpdateSupportMFAConfig', 'ConfigureSupportMFAConfig'],
        (body) => ({ ...body, requiresPasswordAuth: false }),
      );
    },
  },
  {
    id: 'access-tokens-absent',
    description: 'There are no access tokens: the path is not found.',
    apply: (seams) =>
      seams.input('CreateAccessToken', () => {
        throw new Refusal(404, 'KNotFound', 'There is no such resource.');
      }),
  },
];
