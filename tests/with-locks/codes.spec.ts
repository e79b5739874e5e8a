import type { Answer, Lock, Open, ReceivedMail, User, Users } from '../../fixtures/index.js';
import { arrange, demand, expect, guesses, namedOtherwise, test } from '../../fixtures/index.js';
import * as locked from './locked.js';

test('totp-login/throttle-spans-connections', async ({ users, codes, locks }) => {
  const guessed = await arrange(locked.guessedByTotp({ users, codes, locks }));

  demand(await locked.isLimited(guessed), guesses.noThrottle, guessed.last);
});

test('totp-login/wrong-codes-are-throttled', async ({ users, codes, locks, facts }) => {
  const given = { users, codes, locks };
  const apart = await arrange(locked.guessedByTotp(given));
  const guessed = (await locked.isLimited(apart)) ? apart : await arrange(locked.guessedByTotp(given, false));

  facts.note('throttleAfter', guessed.after ?? null);
  demand(guessed === apart || (await locked.isLimited(guessed)), guesses.noThrottle, guessed.last);
});

test('second-step/wrong-codes-are-throttled', async ({ users, codes, api, locks }) => {
  const { user, authenticator } = await arrange(locked.freeWithKey({ users, locks }));
  const first = await arrange(users.logins.begun(user));
  const attempt = (otp: string) =>
    api.call('VerifyUserOtp', { as: first, json: { otp, type: 'totp' }, ...locked.measured });
  const finishes = async () => {
    await attempt(await codes.unused(authenticator));
    return users.logins.isFull(user, first);
  };

  await locked.mustKeepOut(locks.of(user.role), () => attempt(codes.wrong(authenticator)), finishes);
});

test('totp-login/throttle-ignores-forwarded-header', async ({ users, codes, locks }) => {
  const { user, right, rest } = await arrange(locked.lockedByTotp({ users, codes, locks }));

  const login = await users.login(user, { ...right, headers: { 'X-Forwarded-For': '192.0.2.17' } });

  await rest();
  expect(login).toBeRefused();
});

test('guessing/lock-holds-for-right-codes', async ({ users, codes, locks }) => {
  const { after, last, isOut, login, again, rest } = await arrange(
    locked.guessedByTotp({ users, codes, locks }),
  );
  // The lock may have ended before the right code. If a further wrong code meets the same lock, it had not.
  const isInForce = isOut || (after !== undefined && guesses.areOfOneLock(last, await again()));
  if (isInForce) await rest();
  else arrange.notApplicable('the target does not visibly lock an account after wrong codes');

  expect(login).toBeRefused();
});

test('guessing/lock-holds-for-every-name', async ({ users, codes, locks }) => {
  const { user, right, rest } = await arrange(locked.lockedByTotp({ users, codes, locks }));

  const open: Open[] = [];
  for (const { name, members } of namedOtherwise(user)) {
    const { answer, session } = await users.login(user, { ...right, members });
    if (session !== undefined) open.push({ name, answer });
    // If the lock has ended meanwhile, a success is no bypass.
    if (session !== undefined || !(await locked.isOut(users, user, right))) break;
  }

  await rest();
  expect(open).toBeShut();
});

test('email-login/wrong-codes-are-throttled', async ({ users, locks, facts }) => {
  const { user, code } = await arrange(locked.freeWithCode({ users, locks }));
  const wrong = guesses.wrongCodes(code);
  const login = (tried: string) => users.login(user, { code: tried, type: 'email', ...locked.measured });
  const guess = async () => (await login(wrong())).answer;
  const opens = async () => (await login(code)).session !== undefined;

  await locked.mustKeepOut(locks.of(user.role), guess, opens, {
    ...locked.opensNothing(users, user, 'email'),
    fact: (after) => facts.note('mailThrottleAfter', after),
  });
});

test('guessing/codes-are-throttled-at-access-tokens', async ({ users, codes, locks }) => {
  const why = users.sessions.whyNoTokens;
  if (why !== undefined) arrange.notApplicable(why);
  const { user, authenticator } = await arrange(locked.freeWithKey({ users, locks }));
  const request = (otpCode: string) => {
    const members = { otpCode, otpType: 'totp' };
    return users.sessions.requestToken(user, undefined, { members, madeUp: true, ...locked.measured });
  };
  const takesRight = async () => locked.isTaken(request(await codes.unused(authenticator)));
  const wrong = () => request(codes.wrong(authenticator));
  if (!(await takesRight())) arrange.notApplicable('POST /access-tokens takes no TOTP codes');
  if (await locked.isTaken(wrong())) arrange.notApplicable('a wrong code gets an access token as well');

  await locked.mustKeepOut(locks.of(user.role), wrong, takesRight);
});

test('guessing/first-step-resets-no-count', async ({ users, codes, locks }) => {
  const { user, authenticator } = await arrange(locked.freeWithKey({ users, locks }));

  const guess = async () => {
    await users.logins.request(user, locked.measured);
    const code = codes.wrong(authenticator);
    return users.logins.request(user, { code, type: 'totp', ...locked.measured });
  };
  const opens = async () => {
    const code = await codes.unused(authenticator);
    return (await users.login(user, { code, type: 'totp', ...locked.measured })).session !== undefined;
  };

  await locked.mustKeepOut(locks.of(user.role), guess, opens, locked.opensNothing(users, user, 'totp'));
});

test('guessing/new-code-resets-no-count', async ({ users, mail, locks }) => {
  const { user, code } = await arrange(locked.freeWithCode({ users, locks }));
  const wrong = guesses.wrongCodes(code);
  const isCode = (each: ReceivedMail) => each.to.includes(user.email) && mail.codeIn(each) !== undefined;
  const mark = await arrange(mail.mark());
  const asked: Answer[] = [];

  // By chance, a guess may be the newest code, which only its mail shows. So a guess that opens a session is no breach.
  const guess = async () => {
    asked.push(await users.codes.request(user, locked.measured));
    // A limit on mails stops the guesses as well.
    const refused = asked.slice(-1).find(({ status }) => status >= 400);
    return refused ?? users.logins.request(user, { code: wrong(), type: 'email', ...locked.measured });
  };
  const { after, last, rest } = await guesses.throttling(locks.of(user.role), guess);

  // The test waits for all mails, so that none arrives in a later test.
  const promised = asked.filter(({ status }) => status < 400).length;
  const got = await mail.counted(mark, isCode, promised);
  await rest();
  const isLimited = promised < asked.length || after !== undefined || got < promised;
  // If the target refuses right codes too, its refusals show nothing.
  if (!isLimited) await arrange.login(users.logins.byNewMail(user));
  demand(isLimited, guesses.noThrottle, last);
});

/** The number of concurrent guesses. They overtake a counter that handles them one at a time. */
const atOnce = 40;

/** Measures the limit on consecutive guesses, and shows that logins work again. Not applicable without a limit. */
async function consecutiveGuesses(users: Users, user: User, lock: Lock, guess: () => Promise<Answer>) {
  const options = { most: atOnce / 2, ...locked.opensNothing(users, user, 'totp') };
  const consecutive = await guesses.throttling(lock, guess, options);
  const { after } = consecutive;
  if (after !== undefined) await consecutive.rest();
  const login = await users.logins.byNewKey(user);
  if (after === undefined) {
    if (login.session === undefined) await consecutive.rest();
    arrange.notApplicable(`the target answers ${atOnce / 2} consecutive wrong codes alike`);
  }
  await arrange.login(Promise.resolve(login));
  return consecutive;
}

test('guessing/guesses-at-once-are-counted', async ({ users, codes, locks }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  const guess = () =>
    users.logins.request(user, { code: codes.wrong(authenticator), type: 'totp', ...locked.measured });
  const { after, unslowed, rest } = await consecutiveGuesses(users, user, locks.of(user.role), guess);

  const answers = await Promise.all(Array.from({ length: atOnce }, guess));

  // A target may stop checking codes under load.
  for (const answer of answers) if (await users.logins.wronglyOpened(user, 'totp', answer)) break;
  const quick = await unslowed(answers);
  await rest();
  const [first] = answers;
  const judged = quick.filter(
    (answer) => first !== undefined && guesses.areAlike(answer, first) && answer.status !== 429,
  ).length;
  // The measured limit may have counted attempts of earlier tests, so it may be too low.
  expect(judged).toBeAtMost(Math.max(10, 2 * (after ?? atOnce)), 'guesses evaluated', ...answers.slice(-1));
});
