import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal, type Rules } from '../call.js';
import { useLoginCode } from '../codes.js';
import { challenges, credentialsOf, isAnonymous } from '../credentials.js';
import { userNamed } from '../deviations.js';
import { asObject, isObject, own, text } from '../json.js';
import { conforms, type Seams, type Variant, variantsOf } from '../seams.js';
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

function startsWith(seams: Seams, start: Seams['start']): void {
  seams.start = { ...seams.start, ...start };
}

/** While the support user is locked, a right code gets the answer to a wrong one, and no code is mailed. */
function locksInDisguise(seams: Seams, attempts: number, lockMs: number): void {
  seams.rules.throttle = { attempts, lockMs };
  seams.refusal(['UpdateSupportMFAConfig', 'VerifySupportUserTotp'], (answer, call) => {
    if (answer.status !== 429) return;
    const isVerify = call.operation === 'VerifySupportUserTotp';
    answer.status = isVerify ? 200 : 403;
    answer.headers = {};
    answer.body = isVerify
      ? { success: false, message: 'The code is wrong.' }
      : { errorCode: 'KInvalidMfaCode', message: 'mfaCode is not valid.' };
  });
  seams.body('SendSupportEmailOtp', (_body, _call, { state, clock }) => {
    if ((state.failures.get(supportOwner)?.lockedUntil ?? 0) > clock.now())
      throw new Refusal(403, 'KInvalidMfaCode', 'No code was sent.');
    return undefined;
  });
}

const single = variantsOf({
  'totp-8-digits-60s-sha256': conforms()
    .says('TOTP keys have 8 digits, 60 seconds and SHA256, as their URIs declare.')
    .rules(({ totp }) => ({
      totp: { ...totp, digits: 8, period: 60, algorithm: 'SHA256', secretBytes: 32 },
    })),
  'totp-without-window': conforms()
    .says('Only the TOTP code of the current step is accepted.')
    .rules(({ totp }) => ({ totp: { ...totp, stepsBack: 0, stepsAhead: 0 } })),
  'totp-two-steps-each-side': conforms({
    near: [
      'totp/window-of-two-minutes',
      'verify-totp/window-of-five-steps',
      'ways-in/code-of-minutes-switches-off',
    ],
  })
    .says('TOTP codes of up to 60 seconds before and after now are accepted.')
    .rules(({ totp }) => ({ totp: { ...totp, stepsBack: 2, stepsAhead: 2 } })),
  'totp-steps-only-forward': conforms()
    .says('After a code of one step was accepted, codes of earlier steps are refused.')
    .wraps('isReplay', (_earlier, step, key) => step <= Math.max(...key.acceptedSteps)),
  'several-totp-keys': conforms()
    .says('All TOTP keys of a user are in force.')
    .rules(() => ({ newKeyRetiresOlder: false })),
  'two-totp-keys': conforms()
    .says('The two newest TOTP keys of a user are in force.')
    .by(({ rules }) => {
      const { loginKeys } = rules;
      rules.newKeyRetiresOlder = false;
      rules.loginKeys = (...asked) => loginKeys(...asked).slice(-2);
    }),
  'lock-out-after-5': conforms()
    .says('Five consecutive wrong codes lock an account for 10 seconds.')
    .rules(() => ({ throttle: { attempts: 5, lockMs: 10_000 } })),
  'locks-are-423': conforms()
    .says('Five consecutive wrong codes lock an account for 20 seconds: 423 with Retry-After.')
    .rules(() => ({ throttle: { attempts: 5, lockMs: 20_000 }, lockStatus: 423 })),
  'one-code-of-a-user-in-a-step': conforms()
    .says("A user's keys together log in once per TOTP step, in rising steps.")
    .by(({ rules }) => oneCodeInAStep(rules, (owner) => typeof owner === 'string')),
  'one-code-of-the-support-user-in-a-step': conforms()
    .says("The support user's keys together have one code accepted per TOTP step, in rising steps.")
    .by(({ rules }) => oneCodeInAStep(rules, (owner) => owner === supportOwner)),
  'locks-not-allowed': conforms()
    .says('The target file forbids locking accounts and does not call the target disposable.')
    .by(({ told }) => {
      told.allow = { ...told.allow, lockOut: false, disposable: false };
      // Without this limit, the suite would send a target that is not disposable at most 20 requests a second.
      told.limits = { ...told.limits, requestsPerSecond: 500 };
    }),
  'support-lock-in-disguise': conforms()
    .says('Four consecutive wrong codes lock the support user for a minute: none is right, none is mailed.')
    .with(locksInDisguise, 4, 60_000),
  'support-lock-for-minutes': conforms()
    .says('Four consecutive wrong codes lock the support user for 20 minutes: none is right, none is mailed.')
    .by((seams) => {
      const { told } = seams;
      told.limits = { ...told.limits, lockMinutes: 20 };
      locksInDisguise(seams, 4, 20 * 60_000);
    }),
  'mail-limit-after-5': conforms()
    .says('After five consecutive unused codes no more are mailed for 10 seconds.')
    .rules(() => ({ mailLimit: { mails: 5, windowMs: 10_000 } })),
  'codes-spent-by-wrong-password': conforms({ near: ['mail/wrong-password-voids-code'] })
    .says('A login with a wrong password uses up a right code.')
    .refusals('CreateSession', (answer, call, world) => {
      if (own(answer.body, 'errorCode') !== 'KInvalidCredentials') return;
      const user = userNamed(call.body, world);
      const [code, otpType] = [text(call.body, 'otpCode'), text(call.body, 'otpType')];
      if (user !== undefined && code !== undefined && otpType !== undefined)
        useLoginCode(user, otpType, code, world);
    }),
  'names-in-any-case': conforms()
    .says('otpType and domain are accepted in any case.')
    .edits('CreateSession', (body) => {
      const { otpType, domain } = asObject(body);
      return (
        isObject(body) && {
          ...(typeof otpType === 'string' ? { otpType: otpType.toLowerCase() } : {}),
          ...(typeof domain === 'string' ? { domain: domain.toUpperCase() } : {}),
        }
      );
    }),
  'address-kept-after-disabling': conforms()
    .says('Switching support MFA off keeps its address and mode.')
    .wraps('afterDisabling', (_earlier, { email, mfaType }) => ({ ...supportOff, email, mfaType })),
  'patch-replaces': conforms()
    .says('PATCH /support-user/mfa resets properties that the body leaves out.')
    .bodies('UpdateSupportMFAConfig', (body) =>
      isObject(body) ? { enabled: false, mfaType: null, email: null, ...body } : body,
    ),
  'patch-replaces-while-off': conforms()
    .says('While support MFA is off, PATCH /support-user/mfa resets properties that the body leaves out.')
    .bodies('UpdateSupportMFAConfig', (body, _call, { state }) =>
      isObject(body) && !state.support.enabled
        ? { enabled: false, mfaType: null, email: null, ...body }
        : body,
    ),
  'put-read-after-300ms': conforms()
    .says('GET /mfa-config shows a change 300 ms after the answer to PUT.')
    .with(showClusterLate, 300),
  'wrong-code-ends-the-proof': conforms({ fails: ['verify-totp/refused-code-keeps-the-proof'] })
    .says("A wrong code resets the verification of the support user's key.")
    .wraps('afterVerification', (_earlier, _before, right) => (right ? 'kSuccess' : 'kFailure')),
  'sessions-end-with-a-switch': conforms()
    .says('Switching cluster MFA on or off ends all sessions.')
    .wraps('storeCluster', (storeCluster, before, wanted, world) => {
      if (before.enabled !== wanted.enabled) world.state.sessions.clear();
      return storeCluster(before, wanted, world);
    }),
  'one-session-for-each-user': conforms()
    .says("A login ends the user's earlier session.")
    .successes('CreateSession', (body, _call, { state }) => {
      const id = text(body, 'sessionId') ?? '';
      const owner = state.sessions.get(id);
      for (const [other, user] of state.sessions) {
        if (other !== id && user === owner) state.sessions.delete(other);
      }
    }),
  'sessions-end-after-15-minutes': conforms()
    .says('A session ends 15 minutes after its login.')
    .by((seams) => {
      const { rules, clock } = seams;
      const { identify } = rules;
      const begun = new Map<string, number>();
      seams.success('CreateSession', (body) => {
        const id = text(body, 'sessionId');
        if (id !== undefined) begun.set(id, clock.now());
      });
      rules.identify = (credentials, call, world) => {
        for (const [id, at] of begun) if (clock.now() - at > 15 * 60_000) world.state.sessions.delete(id);
        return identify(credentials, call, world);
      };
    }),
  'cluster-mfa-on-at-first': conforms()
    .says('Cluster MFA is on from the start, with retainUserMfaSettings false.')
    .with(startsWith, { clusterMfa: { enabled: true, retainUserMfaSettings: false } }),
  'cluster-mfa-on-by-email-at-first': conforms()
    .says('Cluster MFA is on from the start, with mailed codes only.')
    .with(startsWith, { clusterMfa: { enabled: true, authenticationTypes: ['email'] } }),
  'support-mfa-on-at-first': conforms()
    .says("The support user's MFA is on from the start, by e-mail.")
    .with(startsWith, { supportMfa: { enabled: true, mfaType: 'email' } }),
  'email-otp-needs-credential': conforms()
    .says('POST /email-otp without a declared credential is refused.')
    .inputs('CreateEmailOtp', (call, world) => {
      if (!isAnonymous(credentialsOf(call, world))) return;
      throw new Refusal(401, 'KUnauthorized', 'A valid credential is required.', challenges(world));
    }),
  'email-otp-hides-accounts': conforms()
    .says('POST /email-otp also answers 204 for wrong credentials, and mails nothing.')
    .refusals('CreateEmailOtp', (answer, call) => {
      if (answer.status !== 401 || own(call.body, 'username') === undefined) return;
      Object.assign(answer, { status: 204, headers: {}, body: undefined });
    }),
  'login-in-two-steps': conforms()
    .says('A login without its code answers 201 with a pending session.')
    .refusals('CreateSession', (answer) => {
      if (own(answer.body, 'errorCode') !== 'KOtpRequired') return;
      const headers = { 'cache-control': 'no-store' };
      Object.assign(answer, { status: 201, headers, body: { sessionId: randomUUID() } });
    }),
  'codes-in-the-second-step-only': conforms({ since: '7.3.1' })
    .says('POST /users/sessions accepts no codes: POST /users/verify-otp finishes every login.')
    .bodies('CreateSession', (body) => {
      if (!isObject(body)) return body;
      const { otpCode: _code, otpType: _type, ...rest } = body;
      return rest;
    }),
  'second-step-by-its-own-mail': conforms({ since: '7.3.1' })
    .says(
      'POST /users/verify-otp accepts only codes of POST /send-email-otp, and POST /users/sessions only those of POST /email-otp.',
    )
    .by((seams) => {
      const { recipients, firstStepMay, secondStepRight, mailCodeFits } = seams.rules;
      const byCaller = new WeakSet<MailCode>();
      let isSecondStep = false;
      seams.rules.firstStepMay = (operation) => operation === 'SendEmailOtp' || firstStepMay(operation);
      seams.rules.recipients = (address, call, world) => {
        const newest = world.state.mailCodes.at(-1);
        if (call.operation === 'SendEmailOtp' && newest !== undefined) byCaller.add(newest);
        return recipients(address, call, world);
      };
      seams.rules.secondStepRight = (...attempt) => {
        isSecondStep = true;
        try {
          return secondStepRight(...attempt);
        } finally {
          isSecondStep = false;
        }
      };
      seams.rules.mailCodeFits = (entry, code, owner, now) =>
        mailCodeFits(entry, code, owner, now) &&
        (typeof owner !== 'string' || byCaller.has(entry) === isSecondStep);
    }),
  'no-second-step': conforms({ since: '7.3.1' })
    .says('The password alone starts no login: without a code it is refused.')
    .wraps('beginsLogin', () => false),
  'support-password-for-every-change': conforms({ since: '7.3' })
    .says("Every PATCH and PUT /support-user/mfa needs the support user's password.")
    .wraps('needsSupportPassword', () => true),
  'support-password-not-asked': conforms({ since: '7.3.2' })
    .says('Support MFA changes without a password: GET shows requiresPasswordAuth false.')
    .by((seams) => {
      seams.told.supportPassword = false;
      seams.rules.needsSupportPassword = () => false;
      seams.rules.supportPasswordRight = () => true;
      seams.show(['GetSupportMFAConfig', 'UpdateSupportMFAConfig', 'ConfigureSupportMFAConfig'], (_body) => ({
        requiresPasswordAuth: false,
      }));
    }),
  'access-tokens-absent': conforms()
    .says('There are no access tokens: their path is unknown.')
    .inputs('CreateAccessToken', () => {
      throw new Refusal(404, 'KNotFound', 'There is no such resource.');
    }),
});

export const behaviourVariants: readonly Variant[] = [
  ...single,
  ...(
    [
      ['', 'from the sixth in half a minute on, each is answered 1.5 s later', (n) => (n > 5 ? 1_500 : 0)],
      [
        '-step-by-step',
        'each one in half a minute is answered 0.25 s later than the last, up to 2 s',
        (n) => Math.min(250 * (n - 1), 2_000),
      ],
    ] satisfies readonly (readonly [string, string, (n: number) => number])[]
  ).map(
    ([slug, how, delayMs]): Variant => ({
      id: `wrong-codes-slowed${slug}`,
      description: `Wrong codes at logins lock no user: ${how}.`,
      apply: (seams) => {
        const recent = new Map<string, readonly number[]>();
        seams.answer('CreateSession', async (answer, call, { state, clock }) => {
          const user = text(call.body, 'username') ?? '';
          if (answer.status < 300) recent.delete(user);
          if (own(answer.body, 'errorCode') !== 'KInvalidOtp') return;
          state.failures.delete(user);
          const now = clock.now();
          const failed = [...(recent.get(user) ?? []).filter((at) => now - at < 30_000), now];
          recent.set(user, failed);
          await pause(delayMs(failed.length));
        });
      },
    }),
  ),
];
