import { enrolled, loginByNewKey, mailed } from '../../fixtures/logins.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, arrangeLogin, demand, expect, test } from '../../fixtures/test.js';
import { areAlike, keepsOut, noThrottle, throttling, wrongCodes } from '../../fixtures/throttling.js';
import type { Open } from '../../fixtures/ways-in.js';
import type { Answer } from '../../src/target/connection/api.js';
import type { ReceivedMail } from '../../src/wire/mail/mailbox.js';
import { begun, opens } from '../flows/first-steps.js';
import { namedOtherwise } from '../ways-in/names.js';
import { guessedByTotp, isLimited, isOut, lockedByTotp, throttlingIsTested, unlessLocked } from './locked.js';

test('totp-login/throttle-spans-connections', async ({ users, cluster, codes, locks }) => {
  const guessed = await arrange(guessedByTotp({ users, cluster, codes, locks }));

  demand(await isLimited(guessed), noThrottle, guessed.last);
});

test('totp-login/wrong-codes-are-throttled', async ({ users, cluster, codes, locks, facts }) => {
  const given = { users, cluster, codes, locks };
  const apart = await arrange(guessedByTotp(given));
  const guessed = (await isLimited(apart)) ? apart : await arrange(guessedByTotp(given, false));

  facts.note('throttleAfter', guessed.after ?? null);
  demand(guessed === apart || (await isLimited(guessed)), noThrottle, guessed.last);
});

test('second-step/wrong-codes-are-throttled', async ({ users, cluster, codes, api, locks }) => {
  const n = await locks.free(users.allWithReplaceableTotp());
  const { user, authenticator } = await arrange(enrolled(users, cluster, n));
  const first = await arrange(begun(users, user));
  const attempt = (otp: string) =>
    api.call('VerifyUserOtp', { as: first, json: { otp, type: 'totp' }, throttlingIsTested });

  const row = await throttling(locks.of(user.role), () => attempt(codes.wrong(authenticator)));

  const isTaken = async () => {
    await attempt(await codes.unused(authenticator));
    return opens(users, user, first);
  };
  demand(await keepsOut(row, isTaken), noThrottle, row.last);
});

test('totp-login/throttle-ignores-forwarded-header', async ({ users, cluster, codes, locks }) => {
  const { user, right, rest } = await arrange(lockedByTotp({ users, cluster, codes, locks }));

  const login = await users.login(user, { ...right, headers: { 'X-Forwarded-For': '192.0.2.17' } });

  await rest();
  expect(login).toBeRefused();
});

test('guessing/lock-holds-for-every-name', async ({ users, cluster, codes, locks }) => {
  const { user, right, rest } = await arrange(lockedByTotp({ users, cluster, codes, locks }));

  const open: Open[] = [];
  for (const { name, members } of namedOtherwise(user)) {
    const { answer, session } = await users.login(user, { ...right, members });
    if (session !== undefined) open.push({ name, answer });
    // The lock may end by itself: what opens something then is no way around it.
    if (session !== undefined || !(await isOut(users, user, right))) break;
  }

  await rest();
  expect(open).toBeShut();
});

test('email-login/wrong-codes-are-throttled', async ({ users, cluster, locks, facts }) => {
  const n = await locks.free(users.allWithMail());
  const { user, code } = await arrange(unlessLocked(locks, mailed(users, cluster, n)));
  const wrong = wrongCodes(code);

  const row = await throttling(locks.of(user.role), async () => {
    const login = { code: wrong(), type: 'email', throttlingIsTested };
    return (await users.login(user, login)).answer;
  });

  const right = { code, type: 'email', throttlingIsTested };
  const isTaken = async () => (await users.login(user, right)).session !== undefined;
  facts.note('mailThrottleAfter', row.after ?? null);
  demand(await keepsOut(row, isTaken), noThrottle, row.last);
});

test('guessing/first-step-resets-no-count', async ({ users, cluster, codes, locks }) => {
  const n = await locks.free(users.allWithReplaceableTotp());
  const { user, authenticator } = await arrange(enrolled(users, cluster, n));

  const row = await throttling(locks.of(user.role), async () => {
    await users.requestSession(user, { throttlingIsTested });
    const code = codes.wrong(authenticator);
    return users.requestSession(user, { code, type: 'totp', throttlingIsTested });
  });

  const right = { code: await codes.unused(authenticator), type: 'totp', throttlingIsTested };
  const isTaken = async () => (await users.login(user, right)).session !== undefined;
  demand(await keepsOut(row, isTaken), noThrottle, row.last);
});

test('guessing/new-code-resets-no-count', async ({ users, cluster, mail, locks }) => {
  const n = await locks.free(users.allWithMail());
  const { user, code } = await arrange(unlessLocked(locks, mailed(users, cluster, n)));
  const wrong = wrongCodes(code);
  const mark = await arrange(mail.mark());
  let promised = 0;
  let unmailed: Answer | undefined;

  const { after, last, rest } = await throttling(locks.of(user.role), async () => {
    const asked = await users.requestMailedCode(user, { throttlingIsTested });
    // A limit on mails keeps guessers out as well.
    if (asked.status >= 400) unmailed = asked;
    else promised += 1;
    const login = { code: wrong(), type: 'email', throttlingIsTested };
    return unmailed ?? users.requestSession(user, login);
  });

  // A late one must not fall into another test.
  const isCode = (each: ReceivedMail) => each.to.includes(user.email) && mail.codeIn(each) !== undefined;
  const got = await mail.counted(mark, isCode, promised);
  await rest();
  demand(after !== undefined || got < promised, noThrottle, last);
});

/** So many guesses at the same time outrun what keeps count of them one after another. */
const atOnce = 40;

test('guessing/guesses-at-once-are-counted', async ({ users, cluster, codes, locks }) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  const guess = () =>
    users.requestSession(user, { code: codes.wrong(authenticator), type: 'totp', throttlingIsTested });
  const inARow = await throttling(locks.of(user.role), guess, { most: atOnce / 2 });
  const { after } = inARow;
  if (after !== undefined) await inARow.rest();
  const login = await loginByNewKey(users, user, codes);
  if (after === undefined) {
    if (login.session === undefined) await inARow.rest();
    notApplicable(`${atOnce / 2} consecutive wrong codes are answered alike`);
  }
  await arrangeLogin(Promise.resolve(login));

  const answers = await Promise.all(Array.from({ length: atOnce }, guess));

  const unslowed = await inARow.unslowed(answers);
  await inARow.rest();
  const [first] = answers;
  const judged = unslowed.filter(
    (answer) => first !== undefined && areAlike(answer, first) && answer.status !== 429,
  ).length;
  // What was found in a row may have been the end of a longer one.
  expect(judged).toBeAtMost(Math.max(10, 2 * (after ?? atOnce)), 'guesses evaluated', ...answers.slice(-1));
});
