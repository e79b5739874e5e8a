import { anonymous, arrange, bypass, demand, expect, firstHalf, mfa, test } from '../../fixtures/index.js';
import { lifetime, mailedBefore, mayNarrow, openAtMostOne, otherCodes, sameCodeAgain } from './codes.js';

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

  // Random codes show one of these patterns only a few times in a million runs.
  const [one, two, three] = codes.map(Number);
  const isRepeated = new Set(codes).size < codes.length;
  demand(!isRepeated, { kind: 'random', pattern: 'repeated' });
  const countsUp = Number(two) - Number(one) === Number(three) - Number(two);
  demand(!countsUp, { kind: 'random', pattern: 'equal distances' });
  const beginsAlike = new Set(codes.map((code) => code.slice(0, 3))).size === 1;
  demand(!beginsAlike, { kind: 'random', pattern: 'same beginning' });
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
    if (newer !== undefined) throw arrange.failure('The target mailed a code for a wrong password.');
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
for (const [id, type, attempts] of [
  ['email-login/refuses-wrong-code', 'email', otherCodes],
  ['email-login/refuses-code-as-totp', 'totp', (right: string) => [right]],
  ['email-login/refuses-code-as-number', 'email', (right: string) => [`0${right}`]],
] as const)
  test(id, async ({ users }) => {
    const { user, code: right } = await arrange(users.mailed());

    for (const code of attempts(right)) expect(await users.login(user, { code, type })).toBeRefused();
    await arrange.login(users.logins.byOldMail(user, right));
  });

test('email-login/code-works-once', async ({ api, users }) => {
  const { user, code } = await arrange(users.mailed());
  await arrange.login(users.login(user, { code, type: 'email', expects: 'accepted' }));

  const mustBeRefused = async () => expect(await users.login(user, { code, type: 'email' })).toBeRefused();
  await mustBeRefused();
  // The refusal must not make the code valid again.
  await mustBeRefused();
  await arrange(users.logins.anyhow(user));
  // The refusal of a request for a code must not make the used one valid again.
  const password = `${user.password.reveal()}-not`;
  await users.codes.request(user, { password, as: anonymous, expects: 'either' });
  await mustBeRefused();
  await arrange(users.logins.anyhow(user));
  // The refusal of another code must not make the used one valid again.
  await users.login(user, { code: otherCodes(code)[1], type: 'email' });
  await mustBeRefused();
  // The used code must not finish a pending session.
  if (api.contract.operations.has('VerifyUserOtp')) {
    await arrange(users.logins.anyhow(user));
    expect(await bypass.tryStep(users, user, { code, type: 'email' })).toBeShut();
  }
  // A target may remember only the last used code. So a login by a newer code must not make the used one valid again.
  await arrange.login(users.logins.byNewMail(user));
  await mustBeRefused();
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
  const { user, code: first } = await arrange(users.mailed());
  const refused = async (...junk: unknown[]) => {
    for (const code of junk)
      expect(await users.login(user, { code, type: 'email', mistake: 'a junk code' })).toBeRefused();
  };

  // The user has an unused code while the test sends the first two values. Two consecutive wrong codes lock no account.
  await refused(null, true);
  await arrange.login(users.logins.byOldMail(user, first));
  // After a login, a target may store an empty code or none for the user. These values must not match it.
  await refused('', null);
  const second = await arrange(users.codes.mailed(user));
  await arrange.login(users.logins.byOldMail(user, second));
  const third = await arrange(users.codes.mailed(user));
  await refused('', firstHalf(third));
  await arrange.login(users.logins.byOldMail(user, third));
  for (const code of ["' or 1=1 --", '000000']) await refused(code);
  await arrange(users.logins.settle(user));
});

test('email-login/refuses-support-code', async ({ users, support, connection }) => {
  const email = connection.target.supportUser.email ?? '';
  const { user, code: own } = await arrange(users.mailed());
  await arrange(support.onByEmail(email));
  const code = await arrange(support.mailedCode(email));

  for (const each of users.allWithMail())
    expect(await users.login(each, { code, type: 'email' })).toBeRefused();
  await arrange.login(users.logins.byOldMail(user, own));
});

test('email-login/refused-while-only-totp-is-enabled', async ({ users, cluster }) => {
  await arrange(mayNarrow(cluster));
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
  expect(await users.login(user, { code, type: 'EMAIL' })).toBeRefused();
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
  // Without clock control, the rest would take minutes.
  if (!connection.clock.canMove) return;
  // A refused request must not prolong the life of the code before it. A target may mail one code a minute.
  await arrange(connection.clock.advance(60_000));
  const last = await arrange.ifItCan(users.codes.mailed(user));
  if (last !== undefined) {
    await arrange(connection.clock.advance(9 * 60_000));
    const password = `${user.password.reveal()}-not`;
    await users.codes.request(user, { password, as: anonymous, expects: 'either' });
    await arrange(connection.clock.advance(5 * 60_000));
    expect(await users.login(user, { code: last, type: 'email' })).toBeRefused();
    await arrange(users.logins.settle(user));
  }
  await facts.measure('mailCodeLifetimeS', () => lifetime(users, user, connection));
});

test('support-email/code-expires', async ({ support, oldSupportCode }) => {
  const mfaCode = await arrange(oldSupportCode.old());

  expect(await support.patch({ enabled: false, mfaCode })).toBeRefused();
  expect(await support.read()).toHaveMembers({ enabled: true, mfaType: 'email' });
});
