import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Call, Refusal, type World } from '../call.js';
import { useLoginCode } from '../codes.js';
import { cookie } from '../credentials.js';
import {
  alsoKnows,
  asksNoCode,
  asksNoCodeUnchecked,
  handsWithoutCode,
  opened,
  opensSession,
  userNamed,
} from '../deviations.js';
import { asObject, type Json, type JsonObject, own, text } from '../json.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';
import type { TotpKey, User } from '../state.js';

export const loginFaults: readonly Fault[] = faultsOf({
  'login/password-alone': breaks('totp-login/refuses-password-alone')
    .says('While cluster MFA is on, a login without a code opens a session.')
    .with(asksNoCode, (body) => own(body, 'otpCode') === undefined),
  'login/any-code-without-key': breaks('totp-login/refuses-password-alone-without-key')
    .says('Any six digits pass as the code of a user without a TOTP key.')
    .with(asksNoCode, (body, _call, { state }) => {
      const hasKey = state.userKeys.some(({ owner }) => owner === own(body, 'username'));
      return !hasKey && own(body, 'otpType') === 'totp' && /^\d{6}$/.test(String(own(body, 'otpCode')));
    }),
  'login/null-code-opens': breaks('totp-login/refuses-junk', 'email-login/refuses-junk')
    .says('While cluster MFA is on, a login with a null code opens a session.')
    .with(asksNoCode, (body) => own(body, 'otpCode') === null),
  'login/true-as-code-opens': breaks('totp-login/refuses-junk', 'email-login/refuses-junk')
    .says('While cluster MFA is on, a login with true as its code opens a session.')
    .with(asksNoCodeUnchecked, (body) => own(body, 'otpCode') === true),
  'login/admin-needs-no-code': breaks('totp-login/every-account-needs-a-code')
    .says('While cluster MFA is on, the password alone logs the admin in.')
    .wraps('asksForCode', (asksForCode, user, world) => user.role !== 'admin' && asksForCode(user, world)),
  'login/first-account-alone-needs-a-code': breaks('totp-login/every-account-needs-a-code')
    .says('While cluster MFA is on, the password alone logs in all users but the first who logged in.')
    .by((seams) => {
      let first: string | undefined;
      seams.wrap('asksForCode', (asksForCode, user, world) => {
        if (!asksForCode(user, world)) return false;
        first ??= user.username;
        return user.username === first;
      });
    }),
  'login/wrong-code-completes-login': breaks('totp-login/refused-login-stays-refused')
    .says('The password alone gets a pending session, and a refused wrong code makes it a full one.')
    .by((seams) => {
      const users = handsWithoutCode(seams, opened);
      seams.refusal('CreateSession', (answer, call, world) => {
        if (own(answer.body, 'errorCode') !== 'KInvalidOtp') return;
        for (const [id = '', user] of users)
          if (user === userNamed(call.body, world)) world.state.sessions.set(id, user);
      });
    }),
  'login/cookie-of-wrong-code-becomes-valid': breaks('totp-login/refused-login-stays-refused')
    .says('The refusal of a wrong code sets a cookie, which authenticates after the next login of the user.')
    .by((seams) => {
      const cookies = new Map<string, User>();
      const proven = new Set<User>();
      seams.answer('CreateSession', (answer, call, world) => {
        const user = userNamed(call.body, world);
        if (user === undefined) return;
        if (answer.status < 300) proven.add(user);
        if (own(answer.body, 'errorCode') !== 'KInvalidOtp') return;
        const value = randomUUID();
        proven.delete(user);
        cookies.set(value, user);
        answer.headers['set-cookie'] = `login-session=${value}; Path=/; HttpOnly; Secure`;
      });
      alsoKnows(seams, (_credentials, call) => {
        const user = cookies.get(cookie(call, 'login-session') ?? '');
        return user !== undefined && proven.has(user) ? user : undefined;
      });
    }),
  'login/refusal-opens-in-a-header': breaks('totp-login/refused-login-stays-refused')
    .says('The refusal of a wrong code returns a session id in X-Session, which authenticates.')
    .answers('CreateSession', (answer, call, world) => {
      const user = userNamed(call.body, world);
      if (user === undefined || own(answer.body, 'errorCode') !== 'KInvalidOtp') return;
      answer.headers['x-session'] = randomUUID();
      world.state.sessions.set(answer.headers['x-session'], user);
    }),
  'login/type-without-code-opens': breaks('totp-login/refuses-password-alone')
    .says('While cluster MFA is on, a login with an otpType and no code opens a session.')
    .with(asksNoCode, (body) => own(body, 'otpCode') === undefined && own(body, 'otpType') !== undefined),
  'login/refused-replay-revives-code': breaks('totp-login/refuses-replay')
    .says('A used code is accepted again after it was refused once.')
    .wraps('isReplay', (isReplay, step, key) => {
      const replay = isReplay(step, key);
      if (replay) key.acceptedSteps.delete(step);
      return replay;
    }),
  'login/disabled-type-opens': breaks('totp-login/refuses-password-alone')
    .says('While cluster MFA is on, a login with otpType salesforce and any code opens a session.')
    .with(asksNoCode, (body) => own(body, 'otpType') === 'salesforce'),
  'login/mailed-code-outlives-its-type': breaks('email-login/refused-while-only-totp-is-enabled')
    .says('A mailed code opens a session after e-mail was disabled.')
    .by((seams) => {
      const { mechanismEnabled } = seams.rules;
      seams.rules.mechanismEnabled = (mechanism, world) =>
        mechanism === 'email' || mechanismEnabled(mechanism, world);
      seams.input('CreateEmailOtp', (_, world) => {
        if (world.state.cluster.enabled && !mechanismEnabled('email', world))
          throw new Refusal(409, 'KOtpTypeDisabled', 'Codes of this type are not enabled.');
      });
    }),
  'login/password-in-any-case': breaks('sessions/refuses-wrong-password')
    .says('Passwords are compared without regard to case.')
    .rules(() => ({
      passwordRight: (user, password) => user.password.toLowerCase() === password.toLowerCase(),
    })),
  'login/password-not-checked': breaks('sessions/refuses-wrong-password')
    .and(
      'access-tokens/refuses-wrong-password',
      'email-login/refuses-wrong-password',
      'email-otp/wrong-password-mails-nothing',
    )
    .says('Any password logs in.')
    .wraps('passwordRight', () => true),
  'login/password-not-checked-with-code': breaks('totp-login/refuses-wrong-password')
    .and('email-login/refuses-wrong-password')
    .says('Any password logs in with a right code.')
    .refusals('CreateSession', (_answer, call, world) => {
      const body = asObject(call.body);
      const [code, otpType] = [text(body, 'otpCode'), text(body, 'otpType')];
      const user = world.state.users.find(({ username }) => username === own(body, 'username'));
      if (user === undefined || code === undefined || otpType === undefined) return;
      if (user.password === own(body, 'password') || !useLoginCode(user, otpType, code, world)) return;
      return opensSession(user, world.state);
    }),
  'login/otp-type-not-checked': breaks('totp-login/refuses-code-as-mailed-code')
    .and('email-login/refuses-code-as-totp')
    .says('A TOTP code or a mailed code is accepted with any otpType.')
    .wraps('kindsOf', () => ['totp', 'email']),
  'login/code-of-another-user': breaks('totp-login/refuses-code-of-another-user')
    .says("A TOTP code of any user's key opens a session.")
    .wraps('loginKeys', (_earlier, _user, world) => world.state.userKeys),
  'login/never-without-code': breaks('sessions/password-opens-session-while-mfa-is-off')
    .and('sessions/create-answers-201')
    .says('A login needs a code even while cluster MFA is off.')
    .wraps('asksForCode', () => true),
  'login/domain-required': breaks('sessions/domain-defaults-to-local')
    .says('A login without a domain is refused.')
    .bodies('CreateSession', (body) => ({ domain: 'NONE', ...asObject(body) })),
  'login/missing-body-accepted': breaks('sessions/refuses-missing-body')
    .says('A login without a body opens a session for the admin.')
    .bodies('CreateSession', (body, _call, { state }) => {
      const { username, password } = state.admin;
      return body ?? { username, password };
    }),
  'login/wrong-type-is-500': breaks('http/no-server-error-for-client-mistake')
    .says('A login with a username that is not a string answers 500.')
    .refusals('CreateSession', (answer, call) => {
      const username = own(call.body, 'username') ?? '';
      if (typeof username !== 'string') answer.status = 500;
    }),
  'login/token-for-any-code': breaks('access-tokens/refused-by-password-alone-under-mfa')
    .says('While cluster MFA is on, the password with any code gets an access token.')
    .wraps('demandTokenCode', (demandTokenCode, user, body, world) => {
      if (text(body, 'otpCode')?.length !== world.rules.totp.digits) demandTokenCode(user, body, world);
    }),
  'login/token-for-a-code-of-the-type-null': breaks('access-tokens/refused-by-password-alone-under-mfa')
    .says('While cluster MFA is on, the password with any code and null as otpType gets an access token.')
    .wraps('demandTokenCode', (demandTokenCode, user, body, world) => {
      const isAnyCode = text(body, 'otpCode') !== undefined && own(body, 'otpType') === null;
      if (!isAnyCode) demandTokenCode(user, body, world);
    }),
  'login/token-for-a-used-code': breaks('access-tokens/refuses-used-code')
    .says('A TOTP code that opened a session also gets an access token.')
    .wraps('demandTokenCode', (demandTokenCode, user, body, world) => {
      const { rules, clock } = world;
      const isRight = (key: TotpKey) =>
        rules.stepOf(text(body, 'otpCode') ?? '', key, clock.now()) !== undefined;
      if (!rules.loginKeys(user, world).some(isRight)) demandTokenCode(user, body, world);
    }),
  'login/token-leaves-code-unused': breaks('access-tokens/refuses-used-code')
    .says('A TOTP code gets an access token, and still opens a session afterwards.')
    .wraps('demandTokenCode', (demandTokenCode, user, body, world) => {
      const { rules, clock } = world;
      const isUnused = (key: TotpKey) => {
        const step = rules.stepOf(text(body, 'otpCode') ?? '', key, clock.now());
        return step !== undefined && !rules.isReplay(step, key);
      };
      if (!rules.loginKeys(user, world).some(isUnused)) demandTokenCode(user, body, world);
    }),
  'login/token-by-password-alone': breaks('access-tokens/refused-by-password-alone-under-mfa')
    .says('While cluster MFA is on, the password alone gets an access token.')
    .wraps('tokenByPasswordAlone', () => true),
  'login/tokens-open-with-mfa': breaks('access-tokens/refused-by-password-alone-under-mfa')
    .says('While cluster MFA is on, the password alone gets a token; while it is off, none is given.')
    .by((seams) => {
      seams.rules.tokenByPasswordAlone = () => true;
      seams.input('CreateAccessToken', (_call, { state }) => {
        if (!state.cluster.enabled) throw new Refusal(400, 'KInvalidRequest', 'Access denied');
      });
    }),
});

function firstOf(given: Json | undefined): string | undefined {
  const [first] = Array.isArray(given) ? given : [];
  return typeof first === 'string' ? first : undefined;
}

function isWithoutCode(body: JsonObject, _call: Call, { state }: World): boolean {
  const owner = text(body, 'username');
  const hasKey = state.userKeys.some((key) => key.owner === owner);
  const isMailed = state.mailCodes.some((code) => code.owner === owner && code.uses === 0);
  const areEnabled = ['totp', 'email'].every((type) => state.cluster.authenticationTypes?.includes(type));
  return own(body, 'otpCode') === undefined && areEnabled && !hasKey && !isMailed;
}

/** The target takes the first value of a list and asks for no code, so that a lock by wrong codes doesn't matter. */
function readsList(seams: Seams, member: 'username' | 'domain'): void {
  asksNoCodeUnchecked(seams, (body) => firstOf(own(body, member)) !== undefined);
  seams.edit('CreateSession', (body) => {
    const first = firstOf(own(body, member));
    return first !== undefined && { [member]: first };
  });
}

/** Returns a function that tells whether an hour of the target's clock has passed since an operation last succeeded. */
function anHourAfter(seams: Seams, operation: 'UpdateMFAConfig' | 'UpdateSupportMFAConfig'): () => boolean {
  let at = Number.POSITIVE_INFINITY;
  seams.answer(operation, ({ status }) => {
    if (status < 300) at = seams.clock.now();
  });
  return () => seams.clock.now() - at > 3_600_000;
}

export const unaskedFaults: readonly Fault[] = faultsOf({
  'totp-login/nothing-set-up-no-code': breaks('totp-login/refuses-password-alone-without-key')
    .says('While both types are enabled, a user without a key and without a mailed code needs no code.')
    .with(asksNoCodeUnchecked, isWithoutCode),
  'login/email-alone-asks-for-no-code': breaks('totp-login/refused-while-only-email-is-enabled')
    .says('While e-mail alone is enabled, the password alone opens a session.')
    .with(
      asksNoCodeUnchecked,
      (body, _call, { state }) =>
        own(body, 'otpCode') === undefined && state.cluster.authenticationTypes?.join() === 'email',
    ),
  'ways-in/right-code-counts-for-all': breaks('ways-in/code-of-others-at-once-skips-no-code')
    .says('While a login with a right code is being answered, another login needs no code.')
    .by((seams) => {
      let atWork = 0;
      asksNoCodeUnchecked(seams, (body) => atWork > 0 && own(body, 'otpCode') === undefined);
      seams.answer(['CreateSession', 'VerifyUserOtp'], async ({ status }, call, { state }) => {
        const body = asObject(call.body);
        const isByCode = own(body, 'otpCode') !== undefined || own(body, 'otp') !== undefined;
        if (status >= 300 || !isByCode || !state.cluster.enabled) return;
        atWork += 1;
        await pause(60);
        atWork -= 1;
      });
    }),
  'ways-in/username-in-a-list': breaks('ways-in/name-in-any-form-needs-code')
    .says("While cluster MFA is on, a user's name in a list asks for no code.")
    .with(readsList, 'username'),
  'ways-in/domain-in-a-list': breaks('ways-in/name-in-any-form-needs-code')
    .says('While cluster MFA is on, the domain in a list asks for no code.')
    .with(readsList, 'domain'),
  'ways-in/domain-with-a-dot': breaks('ways-in/name-in-any-form-needs-code')
    .and('guessing/lock-holds-for-every-name')
    .says('While cluster MFA is on, a domain with a dot after it needs no code.')
    .by((seams) => {
      asksNoCodeUnchecked(seams, (body) => own(body, 'domain') === 'LOCAL.');
      seams.edit('CreateSession', (body) => own(body, 'domain') === 'LOCAL.' && { domain: 'LOCAL' });
    }),
  'ways-in/mfa-ends-after-an-hour': breaks('ways-in/code-is-needed-a-day-later')
    .says('An hour after the last PUT /mfa-config, a login needs no code.')
    .by((seams) => {
      const isOver = anHourAfter(seams, 'UpdateMFAConfig');
      seams.wrap('asksForCode', (asks, user, world) => asks(user, world) && !isOver());
    }),
  'ways-in/support-mfa-ends-after-an-hour': breaks('ways-in/support-code-is-needed-a-day-later')
    .says('An hour after the last PATCH /support-user/mfa, support MFA is switched off without a code.')
    .by((seams) => {
      const isOver = anHourAfter(seams, 'UpdateSupportMFAConfig');
      seams.wrap('needsMfaCode', (needs, before, wanted, world) => needs(before, wanted, world) && !isOver());
    }),
});
