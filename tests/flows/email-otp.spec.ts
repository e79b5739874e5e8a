import type { Connection, MailUser, Users } from '../../fixtures/index.js';
import {
  anonymous,
  arrange,
  bypass,
  demand,
  expect,
  firstHalf,
  mfa,
  tenAndAHalfMinutes,
  test,
} from '../../fixtures/index.js';
import { mailedBefore, openAtMostOne, otherCode, sameCodeAgain } from './mailed-codes.js';

/** If at least this many codes have the same digit at one position, it is not by chance. */
const enoughCodes = 8;

/** If at least this many codes end in digits that are all even, all odd, or even and odd in turn, it is not by chance. */
const enoughParities = 20;

test('email-otp/code-is-long-enough', async ({ users }) => {
  const code = await arrange(users.codes.mailed(users.withMail()));

  expect(code.length).toBeAtLeast(6, 'digits');
});

test('email-otp/codes-differ', async ({ users, mail }) => {
  const codes: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    const { user, code } = await arrange(users.mailed());
    await arrange.login(users.login(user, { code, type: 'email', expects: 'accepted' }));
    codes.push(code);
  }

  const [first = '', ...others] = codes;
  // Random codes show one of these patterns only a few times in a million runs.
  const isLikeEachOther = [0, 1, 2].every((at) => others.every((code) => code[at] === first[at]));
  const [one, two, three] = codes.map(Number);
  const isRepeated = new Set(codes).size < codes.length;
  const countsUp = Number(two) - Number(one) === Number(three) - Number(two);
  demand(!isRepeated, { kind: 'random', pattern: 'repeated' });
  demand(!countsUp, { kind: 'random', pattern: 'equal distances' });
  demand(!isLikeEachOther, { kind: 'random', pattern: 'same beginning' });
  // Random codes have a fixed digit less than once in a million runs.
  const all = mail.seen;
  // The target may use letters, and codes of different lengths. Positions that a code lacks can't be equal.
  const isSame = (digit: string, at: number) => /\d/.test(digit) && all.every((code) => code[at] === digit);
  const isFixed = all.length >= enoughCodes && [...(all[0] ?? '')].some(isSame);
  demand(!isFixed, { kind: 'random', pattern: 'fixed digit' });
  const parities = all.map((code) => Number(code.at(-1)) % 2);
  const isInTurn = parities.every((parity, at) => parity === parities[at % 2]);
  demand(!(isInTurn && all.length >= enoughParities), { kind: 'random', pattern: 'even and odd in turn' });
});

test('email-login/accepts-mailed-code', async ({ users, facts }) => {
  const { user, code } = await arrange(users.mailed());

  expect(await users.login(user, { code, type: 'email' })).toOpenSession();
  await facts.measure('sendEmailOtpCodeLogsIn', async () => {
    const callers = await users.codes.ofCaller(user).catch(() => undefined);
    return callers && (await users.login(user, { code: callers, type: 'email' })).session !== undefined;
  });
});

test('email-login/refused-request-voids-no-code', async ({ users, mail }) => {
  const { user, code } = await arrange(users.mailed());
  const mark = await arrange(mail.mark(user.email));
  const password = `${user.password.reveal()}-not`;
  // A target that limits mails may refuse this request. The suite doesn't wait then.
  await users.codes.request(user, { password, as: anonymous, expects: 'either' });

  const login = await users.login(user, { code, type: 'email' });

  if (login.session === undefined) {
    // If the target mailed a newer code, that may have voided the older one. Another requirement reports the mail.
    const newer = await arrange.ifItCan(mail.codeTo(user.email, mark));
    if (newer !== undefined) throw arrange.failure('A code is mailed for a wrong password.');
    await arrange.login(users.logins.byNewMail(user));
  }
  expect(login).toOpenSession();
});

test('email-login/wrong-password-voids-no-code', async ({ users }) => {
  const { user, code } = await arrange(users.mailed());
  const password = `${user.password.reveal()}-not`;
  await arrange(users.logins.request(user, { password, expects: 'either' }));

  const login = await users.login(user, { code, type: 'email' });

  if (login.session === undefined) await arrange.login(users.logins.byNewMail(user));
  expect(login).toOpenSession();
});

/** Variations of a mailed code. Afterwards the code itself must log in. Add a line for another requirement. */
for (const [id, attempts] of [
  [
    'email-login/refuses-wrong-code',
    (code: string) => (['first', 'last'] as const).map((place) => ({ code: otherCode(code, place) })),
  ],
  ['email-login/refuses-code-as-totp', (code: string) => [{ code, type: 'totp' }]],
  ['email-login/refuses-code-as-number', (code: string) => [{ code: `0${code}` }]],
] as const)
  test(id, async ({ users }) => {
    const { user, code } = await arrange(users.mailed());

    for (const options of attempts(code))
      expect(await users.login(user, { type: 'email', ...options })).toBeRefused();
    await arrange.login(users.logins.byOldMail(user, code));
  });

test('email-login/code-works-once', async ({ api, users }) => {
  const { user, code } = await arrange(users.mailed());
  await arrange.login(users.login(user, { code, type: 'email', expects: 'accepted' }));

  const mustBeRefused = async () => expect(await users.login(user, { code, type: 'email' })).toBeRefused();
  // The test sends the used code twice, because the first refusal must not make it valid again.
  await mustBeRefused();
  await mustBeRefused();
  await arrange(users.logins.anyhow(user));
  // The refusal of another code must not make the used one valid again.
  await users.login(user, { code: otherCode(code, 'last'), type: 'email' });
  await mustBeRefused();
  // The login by a newer code must not make the used one valid again: a target may remember only the last used code.
  await arrange.login(users.logins.byNewMail(user));
  await mustBeRefused();
  // The used code must not finish a pending session.
  if (api.contract.operations.has('VerifyUserOtp'))
    expect(await bypass.tryStep(users, user, { code, type: 'email' })).toBeShut();
});

test('email-login/switch-revives-no-code', async ({ users, cluster }) => {
  const { user, code } = await arrange(users.mailed());
  await arrange.login(users.login(user, { code, type: 'email', expects: 'accepted' }));

  await arrange(cluster.asFound());
  await arrange(users.switchedOn(user));

  expect(await users.login(user, { code, type: 'email' })).toBeRefused();
  await arrange.login(users.logins.byMailAgain(user));
});

test('ways-in/mailed-code-works-once-in-parallel', async ({ users }) => {
  const { user, code } = await arrange(users.mailed());

  await openAtMostOne([1, 2, 3].map(() => users.login(user, { code, type: 'email' })));

  await arrange(users.logins.anyhow(user));
});

test('email-login/newer-code-voids-older', async ({ users }) => {
  const { user, code: older } = await arrange(users.mailed());
  const newer = await arrange(users.codes.mailed(user));
  if (older === newer) arrange.notApplicable(sameCodeAgain);

  expect(await users.login(user, { code: older, type: 'email' })).toBeRefused();
  // The refused older code may have voided the current one. So the test requests a third code to log in.
  const newest = await arrange(users.codes.mailed(user));
  expect(await users.login(user, { code: newest, type: 'email' })).toOpenSession();
  // The third code and its use must not make the earlier codes valid again.
  for (const code of [newer, older])
    if (code !== newest) expect(await users.login(user, { code, type: 'email' })).toBeRefused();
});

test('email-login/code-of-another-user-voids-none', async ({ users }) => {
  const { user, code } = await arrange(users.mailed(0));
  await arrange(users.mailed(1));

  expect(await users.login(user, { code, type: 'email' })).toOpenSession();
});

test('email-login/refuses-code-of-another-user', async ({ users }) => {
  // The victim has a current code too. The other user's code must not match it.
  const victim = await arrange(users.mailed(0));
  const { code } = await arrange(users.mailed(1));
  if (code === victim.code) throw arrange.failure('Both users got the same code.');

  expect(await users.login(victim.user, { code, type: 'email' })).toBeRefused();
  await arrange.login(users.login(users.withMail(1), { code, type: 'email', expects: 'accepted' }));
});

test('email-login/refuses-wrong-password', async ({ users, facts }) => {
  const { user, code } = await arrange(users.mailed());
  const password = `${user.password.reveal()}-not`;

  expect(await users.login(user, { password, code, type: 'email' })).toBeRefused();
  let isSpent = true;
  await facts.measure('codeSpentByWrongPassword', async () => {
    isSpent = (await users.login(user, { code, type: 'email' })).session === undefined;
    return isSpent;
  });
  if (isSpent) await arrange(users.logins.anyhow(user));
});

test('email-login/refuses-junk', async ({ users }) => {
  const first = await arrange(users.mailed());
  const { user } = first;

  const refused = async (code: unknown) =>
    expect(await users.login(user, { code, type: 'email', mistake: 'a junk code' })).toBeRefused();
  // After every two wrong codes a login follows, because two lock no account. While the test sends the first two, the
  // user has an unused code.
  for (const code of [null, true]) await refused(code);
  await arrange.login(users.logins.byOldMail(user, first.code));
  // After a login, a target may store an empty code or none for the user. These values must not match it.
  for (const code of ['', null]) await refused(code);
  const second = await arrange(users.codes.mailed(user));
  await arrange.login(users.logins.byOldMail(user, second));
  const third = await arrange(users.codes.mailed(user));
  for (const code of ['', firstHalf(third)]) await refused(code);
  await arrange.login(users.logins.byOldMail(user, third));
  await refused("' or 1=1 --");
  await arrange(users.logins.settle(user));
});

test('email-login/refuses-support-code', async ({ users, support, connection }) => {
  const email = connection.target.supportUser.email ?? '';
  const { user, code: own } = await arrange(users.mailed());
  await arrange(support.onByEmail(email));
  const code = await arrange(support.mailedCode(email));

  for (const each of users.allWithMail()) {
    expect(await users.login(each, { code, type: 'email' })).toBeRefused();
  }
  await arrange.login(users.logins.byOldMail(user, own));
});

test('email-login/refused-while-only-totp-is-enabled', async ({ users, cluster }) => {
  if ((await arrange(cluster.found())).enabled)
    arrange.notRun('cluster MFA was found on: its types are not narrowed');
  const { user, code: first } = await arrange(users.mailed());
  await arrange(cluster.on(['totp']));

  // Each try needs a new code, because the target refuses a used one anyway.
  let code = first;
  const login = await users.logins.untilRefused(async () => {
    const tried = await users.login(user, { code, type: 'email' });
    if (tried.session !== undefined) code = await arrange(mailedBefore(users, cluster, user));
    return tried;
  });

  expect(login).toBeRefused();
  await arrange(cluster.on(mfa.bothTypes));
  await arrange.login(users.logins.byMailAgain(user));
});

test('email-login/code-expires', async ({ users, connection, facts, oldUserCodes }) => {
  const { user, code, other, callers } = await arrange(oldUserCodes.old());

  expect(await users.login(user, { code, type: 'email' })).toBeRefused();
  await arrange.login(users.logins.byNewMail(user));
  if (other !== undefined && callers !== undefined) {
    expect(await users.login(other, { code: callers, type: 'email' })).toBeRefused();
    await arrange(users.logins.settle(other));
  }
  // Without clock control, the measurement would take minutes.
  if (connection.clock.canMove)
    await facts.measure('mailCodeLifetimeS', () => lifetime(users, user, connection));
});

test('support-email/code-expires', async ({ support, oldSupportCode }) => {
  const mfaCode = await arrange(oldSupportCode.old());

  expect(await support.patch({ enabled: false, mfaCode })).toBeRefused();
  expect(await support.read()).toHaveMembers({ enabled: true, mfaType: 'email' });
});

/** Measures between which two ages, in seconds, a code expires. Needs clock control. */
async function lifetime(users: Users, user: MailUser, { waiter }: Connection): Promise<string> {
  let dead = tenAndAHalfMinutes / 1000;
  for (const age of [570, 290, 110, 50]) {
    const code = await users.codes.mailed(user);
    await waiter.letPass(age * 1000, 'ageing');
    if ((await users.login(user, { code, type: 'email' })).session !== undefined) return `${age} to ${dead}`;
    dead = age;
  }
  return `under ${dead}`;
}
