import { leadingZero, noLeadingZero } from '../../fixtures/leading-zero.js';
import { acceptedSteps, enrolled, loginByCode, loginByNewKey } from '../../fixtures/logins.js';
import { notApplicable, notRun } from '../../fixtures/not-applicable.js';
import { arrange, arrangeLogin, expect, test } from '../../fixtures/test.js';
import type { Enrolment, User, Users } from '../../fixtures/users.js';
import type { Codes } from '../../src/target/connection/codes.js';

const type = 'totp';

test('totp-login/refuses-junk', async ({ users, cluster, codes }) => {
  const { user } = await arrange(enrolled(users, cluster));

  // Two in a row, so that no lock-out sets in.
  for (const junk of [
    [null, true],
    ['', "' or 1=1 --"],
  ]) {
    for (const code of junk)
      expect(await users.login(user, { code, type, mistake: 'a junk code' })).toBeRefused();
    await arrangeLogin(loginByNewKey(users, user, codes));
  }
});

test('totp-login/refuses-code-as-number', async ({ users, cluster, codes }) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  const code = `0${await codes.unused(authenticator)}`;

  const login = await users.login(user, { code, type });

  expect(login).toBeRefused();
  await arrangeLogin(loginByNewKey(users, user, codes));
});

test('totp-login/accepts-leading-zero', async ({ users, cluster, connection, runOptions }) => {
  const first = await arrange(enrolled(users, cluster));
  let isFirst = true;
  const enrol = async () => {
    const enrolment = isFirst ? first : await users.enrol(first.user);
    isFirst = false;
    return enrolment;
  };
  const byZero = async () => {
    // No code of a step that the user has spent is looked at.
    const leftMs = connection.codes.leftMs(first.authenticator);
    if (users.steps.isSpent(first.user)) await connection.waiter.letPass(leftMs + 1_000, 'code step');
    const found = await arrange(leadingZero(enrol, connection, runOptions.slow));
    if (found === undefined) notRun(noLeadingZero);
    return users.login(first.user, { code: found?.code ?? '', type });
  };

  const login = await users.steps.tried(first.user, undefined, byZero);

  expect(login).toOpenSession();
});

test('totp-login/window-is-a-minute-at-most', async ({ users, cluster, codes, facts }) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  await arrange(codes.room(authenticator));

  for (const direction of [-1, 1] as const) {
    const code = codes.beyondWindow(authenticator, direction);
    if (code !== undefined) expect(await users.login(user, { code, type })).toBeRefused();
  }
  await arrangeLogin(loginByCode(users, user, authenticator, codes, { isRight: true }));
  await facts.measure('acceptedSteps', () => acceptedSteps(users, user, codes));
});

test('totp-login/refuses-replay-after-newer-code', async ({ users, cluster, codes }) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  const older = await arrange(olderAccepted(users, user, authenticator, codes));
  if (older === undefined) notApplicable('the target accepts no code but the current one');
  await arrangeLogin(loginByCode(users, user, authenticator, codes, { isRight: true }));

  const replay = await users.login(user, { code: older ?? '', type });

  expect(replay).toBeRefused();
});

test('totp-login/refuses-replay-in-parallel', async ({ api, users, cluster, codes }) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  const code = await codes.unused(authenticator);

  // Few, so that no lock-out sets in.
  const logins = await Promise.all([1, 2, 3].map(() => users.login(user, { code, type })));

  // None is right too: a target may refuse all that come at once.
  const opened = logins.filter(({ session }) => session !== undefined).length;
  expect(opened).toBeAtMost(1, 'sessions by one code', ...logins.map(({ answer }) => answer));
  await arrangeLogin(loginByNewKey(users, user, codes));
  if (!api.contract.operations.has('VerifyUserOtp')) return;
  // Nor does one finish two logins that the password alone has begun.
  const other = await codes.unused((await arrange(users.enrol(user))).authenticator);
  const inSteps = await Promise.all([1, 2].map(() => users.login(user, { code: other, type, inSteps: {} })));
  const finished = inSteps.filter(({ session }) => session !== undefined).length;
  expect(finished).toBeAtMost(1, 'sessions by one code', ...inSteps.map(({ answer }) => answer));
  await users.endRow(user);
});

/** The code of the step before, accepted; undefined where the target doesn't take it. */
async function olderAccepted(
  users: Users,
  user: User,
  authenticator: Enrolment['authenticator'],
  codes: Codes,
): Promise<string | undefined> {
  const code = await codes.before(authenticator);
  if (code === undefined) return undefined;
  const { session } = await users.login(user, { code, type });
  if (session !== undefined) return code;
  codes.refuses(-1);
  return undefined;
}
