import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Call, World } from '../call.js';
import { useLoginCode } from '../codes.js';
import { header } from '../credentials.js';
import { alsoKnows, codeOf, keysOf, mailedTo, replaces, rightCodes, userNamed } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { breaks, faultsSince, type Seams } from '../seams.js';
import type { User } from '../state.js';
import { hotp, stepAt } from '../totp.js';

const verify = 'VerifyUserOtp';

type Right = (user: User, type: string, code: string, world: World) => boolean;

/** If `isRight` accepts a code, it finishes the login too. */
const alsoRight = (seams: Seams, isRight: Right) =>
  seams.wrap('secondStepRight', (earlier, ...given) => isRight(...given) || earlier(...given));

/** Codes of these types that finished a login finish others too. */
function takesUsed(seams: Seams, types: readonly string[]): void {
  const used = new Set<string>();
  seams.wrap('secondStepRight', (secondStepRight, user, type, code, world) => {
    const key = `${user.username} ${code}`;
    const isRight = used.has(key) || secondStepRight(user, type, code, world);
    if (isRight && types.includes(type)) used.add(key);
    return isRight;
  });
}

/** The time steps with this code, at most `most` before now, in which the user has used no code. */
function rightSteps(user: User, code: string, { state, clock }: World, most: number): readonly number[] {
  return keysOf(user.username, state).flatMap(({ secret, parameters, acceptedSteps }) => {
    const now = stepAt(clock.now(), parameters.period);
    const steps = Array.from({ length: most + 1 }, (_, n) => now - n);
    return steps.filter((step) => !acceptedSteps.has(step) && hotp(secret, step, parameters) === code);
  });
}

function finish(call: Call, world: World): Partial<Answer> | undefined {
  if (call.caller === undefined) return;
  world.rules.finishLogin(header(call, 'session-id') ?? '', call.caller, world);
  return { status: 200, headers: {}, body: { username: call.caller.username } };
}

const takesAnybodys = (seams: Seams, isMeant: (type: string) => boolean) =>
  seams.wrap('secondStepRight', (secondStepRight, user, type, code, world) => {
    const isTheirs = (other: User) => other !== user && useLoginCode(other, type, code, world);
    return secondStepRight(user, type, code, world) || (isMeant(type) && world.state.users.some(isTheirs));
  });

export const secondStepFaults = faultsSince('7.3.1', {
  'status/verify-user-otp-201': breaks('second-step/answers-200')
    .says('POST /users/verify-otp answers 201 instead of 200.')
    .with(replaces, verify, 200, { status: 201 }),
  'second-step/totp-finishes-nothing': breaks('second-step/right-code-finishes-the-login')
    .says('A right TOTP code gets a success, but the session stays pending.')
    .by((seams) => {
      let isTotp = false;
      alsoRight(seams, (_user, type) => {
        isTotp = type === 'totp';
        return false;
      });
      seams.wrap('finishLogin', (finishLogin, ...login) => (isTotp ? undefined : finishLogin(...login)));
    }),
  'second-step/mailed-code-refused': breaks('second-step/mailed-code-finishes-the-login')
    .says('A mailed code is refused at the second step.')
    .wraps(
      'secondStepRight',
      (secondStepRight, user, type, ...given) => type !== 'email' && secondStepRight(user, type, ...given),
    ),
  'second-step/any-code-finishes': breaks('second-step/refuses-wrong-code')
    .says('Every well-formed code finishes a login.')
    .with(alsoRight, (_user, _type, code) => /^\d{6}$/.test(code)),
  'second-step/salesforce-finishes': breaks('second-step/refuses-wrong-code')
    .says('Every code of type salesforce finishes a login, although that type is not enabled.')
    .refusals(
      verify,
      (_answer, call, world) => text(call.body, 'type') === 'salesforce' && finish(call, world),
    ),
  'second-step/support-code-finishes': breaks('ways-in/support-code-opens-no-session')
    .says("A code of the support user's key finishes the login of any user.")
    .with(alsoRight, (_user, type, code, world) => {
      const { key } = world.state.support;
      return type === 'totp' && key !== undefined && codeOf(key, world) === code;
    }),
  'second-step/used-code-finishes': breaks('second-step/refuses-used-code')
    .says('A code that was used at the second step finishes another login.')
    .with(takesUsed, ['totp', 'email']),
  'second-step/remembers-its-own-codes-only': breaks('second-step/refuses-used-code')
    .says('A code that was used at POST /users/sessions finishes another login.')
    .by((seams) => {
      const used = new Set<string>();
      seams.answer('CreateSession', ({ status }, call) => {
        const { username, otpCode, otpType } = asObject(call.body);
        if (status < 300 && otpType === 'totp') used.add(`${String(username)} ${String(otpCode)}`);
      });
      alsoRight(seams, (user, _type, code) => used.delete(`${user.username} ${code}`));
    }),
  'second-step/callers-code-of-anybody-finishes': breaks('second-step/refuses-code-of-another-user')
    .says('A code that POST /send-email-otp mailed to another user finishes a login.')
    .by((seams) => {
      const codes = new Map<string | undefined, User | undefined>();
      seams.answer('SendEmailOtp', ({ status }, { caller }, { state }) => {
        if (status < 300) codes.set(state.mailCodes.at(-1)?.code, caller);
      });
      seams.wrap(
        'secondStepRight',
        (secondStepRight, user, type, code, world) =>
          secondStepRight(user, type, code, world) ||
          (type === 'email' && ![undefined, user].includes(codes.get(code))),
      );
    }),
  'second-step/any-mailed-code-finishes': breaks('second-step/refuses-wrong-code')
    .says('Every code of type email finishes a login.')
    .with(alsoRight, (_user, type) => type === 'email'),
  'second-step/code-without-session': breaks('second-step/refuses-anonymous')
    .says("POST /users/verify-otp without a session returns the admin's user name.")
    .refusals(verify, (_answer, call, { state }) => {
      if (call.caller !== undefined || header(call, 'session-id') !== undefined) return;
      return { status: 200, headers: {}, body: { username: state.admin.username } };
    }),
  'second-step/no-code-finishes': breaks('second-step/what-is-no-code-finishes-nothing')
    .says('A null code finishes a login.')
    .refusals(verify, (_answer, call, world) => own(call.body, 'otp') === null && finish(call, world)),
  'second-step/code-of-the-type-null-finishes': breaks('second-step/what-is-no-code-finishes-nothing')
    .says('Every code of the type null finishes a login.')
    .refusals(verify, (_answer, call, world) => {
      const isAnyCode = (text(call.body, 'otp') ?? '') !== '' && own(call.body, 'type') === null;
      return isAnyCode && finish(call, world);
    }),
  'second-step/any-of-a-list-finishes': breaks('second-step/what-is-no-code-finishes-nothing')
    .says('A right code in a list of guesses finishes a login.')
    .edits(verify, (body, { caller, skip }, world) => {
      const otp = own(body, 'otp');
      if (!Array.isArray(otp) || caller === undefined) return;
      skip.add('checks');
      return { otp: otp.map(String).find((code) => rightSteps(caller, code, world, 1).length > 0) ?? '' };
    }),
  'second-step/nothing-is-a-mailed-code': breaks('second-step/what-is-no-code-finishes-nothing')
    .says('While a user has no unused mailed code, an empty code finishes the login.')
    .with(alsoRight, (user, type, code, { state }) => {
      const isOut = mailedTo(user.username, state).some(({ uses }) => uses === 0);
      return type === 'email' && code === '' && !isOut;
    }),
  'second-step/first-digits-finish': breaks('second-step/refuses-wrong-code')
    .says('The first digits of a code finish a login.')
    .with(alsoRight, (user, type, code, world) => {
      const isBeginning = (right: string) => right.startsWith(code) && right !== code;
      return type === 'totp' && code !== '' && rightCodes(user, type, world).some(isBeginning);
    }),
  'second-step/old-code-finishes': breaks('second-step/refuses-wrong-code')
    .says('An unused code of the last two hours finishes a login.')
    .with(alsoRight, (user, type, code, world) => {
      const isWithin = (steps: number) => rightSteps(user, code, world, steps).length > 0;
      return type === 'totp' && !isWithin(2) && isWithin(240);
    }),
  'second-step/every-type-is-enabled': breaks('totp-login/refused-while-only-email-is-enabled')
    .says('A code of a type that is not enabled finishes a login.')
    .by((seams) => {
      let isVerified = false;
      seams.input('any', ({ operation }) => {
        isVerified = operation === verify;
      });
      seams.wrap(
        'mechanismEnabled',
        (earlier, mechanism, world) => earlier(mechanism, world) || (isVerified && mechanism === 'totp'),
      );
    }),
  'second-step/used-mailed-code-finishes': breaks('email-login/code-works-once')
    .says('A mailed code that was used finishes another login.')
    .with(alsoRight, (user, type, code, { state }) => {
      const isUsed = mailedTo(user.username, state).some((mail) => mail.code === code && mail.uses > 0);
      return type === 'email' && isUsed;
    }),
  'second-step/code-works-twice-at-once': breaks('totp-login/refuses-replay-in-parallel')
    .says('A code that several concurrent logins send finishes all of them.')
    .by((seams) => {
      const flying = new Set<string>();
      alsoRight(seams, (user, _type, code) => flying.has(`${user.username} ${code}`));
      seams.answer(verify, async (answer, { caller, body }) => {
        if (answer.status !== 200 || caller === undefined) return;
        const key = `${caller.username} ${text(body, 'otp')}`;
        flying.add(key);
        await pause(40);
        flying.delete(key);
      });
    }),
  'second-step/all-logins-finished': breaks('second-step/finishes-one-login-only')
    .says('A code finishes every pending login of the user.')
    .wraps('finishLogin', (finishLogin, _firstStep, user, world) => {
      for (const [id, owner] of world.state.firstSteps) if (owner === user) finishLogin(id, user, world);
    }),
  'second-step/first-step-is-a-token': breaks('totp-login/first-step-session-opens-nothing')
    .and('totp-login/first-step-session-changes-nothing')
    .says('The id of a pending session, sent as an access token, counts as a full session.')
    .with(alsoKnows, ({ authorization = '' }, _call, { state }) =>
      state.firstSteps.get(authorization.replace(/^bearer /i, '')),
    ),
  'second-step/first-step-configures-support': breaks('totp-login/first-step-session-changes-nothing')
    .since('7.3.2')
    .says('PUT /support-user/mfa works with a pending session of an admin.')
    .wraps('firstStepMay', (earlier, id) => id === 'ConfigureSupportMFAConfig' || earlier(id)),
  'second-step/switch-finishes': breaks('totp-login/refused-login-stays-refused')
    .says('Switching cluster MFA off makes pending sessions full.')
    .wraps('storeCluster', (storeCluster, before, wanted, world) => {
      const { firstSteps } = world.state;
      if (before.enabled && !wanted.enabled)
        for (const [id, user] of firstSteps) world.rules.finishLogin(id, user, world);
      return storeCluster(before, wanted, world);
    }),
  'second-step/its-mailed-codes-work-again': breaks('second-step/refuses-used-mailed-code')
    .says('A mailed code that finished a login finishes another one.')
    .with(takesUsed, ['email']),
  'second-step/first-step-ends-sessions': breaks('totp-login/first-step-session-changes-nothing')
    .says('A pending session of an admin may end the sessions of other users.')
    .wraps('firstStepMay', (earlier, operation) => operation === 'DeleteSession' || earlier(operation)),
  'second-step/finished-sessions-outlive-their-deletion': breaks('sessions/delete-ends-those-by-code')
    .says('DELETE /users/sessions leaves sessions alive that POST /users/verify-otp finished.')
    .by((seams) => {
      const finished = new Map<string, User>();
      seams.wrap('finishLogin', (finishLogin, id, user, world) => {
        finished.set(id, user);
        finishLogin(id, user, world);
      });
      seams.answer('DeleteSession', (_answer, _call, { state }) => {
        for (const [id, user] of finished) state.sessions.set(id, user);
      });
    }),
  'second-step/pending-sessions-outlive-their-deletion': breaks('sessions/delete-ends-pending-sessions')
    .says('DELETE /users/sessions leaves pending sessions alive, so that a code finishes them.')
    .by((seams) => {
      let before: [string, User][] = [];
      seams.input('DeleteSession', (_call, { state }) => {
        before = [...state.firstSteps];
      });
      seams.answer('DeleteSession', (_answer, _call, { state }) => {
        for (const [id, user] of before) state.firstSteps.set(id, user);
      });
    }),
  'second-step/later-login-finishes': breaks('totp-login/refuses-password-alone')
    .says("A login with a code also finishes the user's pending logins.")
    .successes('CreateSession', (_body, { body }, world) => {
      const user = userNamed(body, world);
      if (user === undefined || text(body, 'otpCode') === undefined) return;
      for (const [id, owner] of world.state.firstSteps)
        if (owner === user) world.rules.finishLogin(id, user, world);
    }),
  'second-step/asking-for-a-code-finishes': breaks('totp-login/first-step-session-stays-one')
    .says('POST /send-email-otp in a pending session turns it into a full session.')
    .by((seams) => {
      seams.wrap('firstStepMay', (earlier, operation) => operation === 'SendEmailOtp' || earlier(operation));
      seams.answer('SendEmailOtp', ({ status }, call, world) => {
        if (status < 300) finish(call, world);
      });
    }),
  'second-step/not-throttled': breaks('second-step/wrong-codes-are-throttled')
    .says('Wrong codes at the second step are not counted.')
    .wraps('secondStepRight', (_earlier, user, type, code, world) => useLoginCode(user, type, code, world)),
  'second-step/missing-body-accepted': breaks('second-step/refuses-missing-body')
    .says('POST /users/verify-otp without a body is answered 200.')
    .refusals(verify, (_answer, { caller, content }) => {
      if (caller === undefined || content === undefined || content.length > 0) return;
      return { status: 200, headers: {}, body: { username: caller.username } };
    }),
  'second-step/code-of-anybody-finishes': breaks('second-step/refuses-code-of-another-user')
    .says("Another user's code finishes a login.")
    .with(takesAnybodys, () => true),
  'second-step/mailed-code-of-anybody-finishes': breaks('second-step/refuses-code-of-another-user')
    .says("Another user's mailed code finishes a login.")
    .with(takesAnybodys, (type) => type === 'email'),
});
