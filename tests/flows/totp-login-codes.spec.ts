import type { Codes, User, Users } from '../../fixtures/index.js';
import { arrange, expect, firstHalf, leadingZero, test } from '../../fixtures/index.js';
import { openAtMostOne } from './codes.js';

const type = 'totp';

test('totp-login/refuses-junk', async ({ users, codes }) => {
  const { user, authenticator } = await arrange(users.enrolled());

  // Two consecutive wrong codes lock no account.
  for (const junk of [[firstHalf(await codes.unsent(authenticator)), null], [true, ''], ["' or 1=1 --"]]) {
    for (const code of junk)
      expect(await users.login(user, { code, type, mistake: 'a junk code' })).toBeRefused();
    await arrange.login(users.logins.byNewKey(user));
  }
});

test('totp-login/accepts-leading-zero', async ({ users, connection, runOptions }) => {
  const first = await arrange(users.enrolled());
  let isFirst = true;
  const enrol = async () => {
    const enrolment = isFirst ? first : await users.codes.enrol(first.user);
    isFirst = false;
    return enrolment;
  };
  const byZero = async () => {
    const code = await arrange(leadingZero(enrol, connection, runOptions.slow));
    return users.login(first.user, { code, type });
  };

  expect(await users.logins.inFreeStep(first.user, byZero)).toOpenSession();
});

test('totp-login/window-is-a-minute-at-most', async ({ users, codes, facts }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  await arrange(codes.room(authenticator));

  for (const direction of [-1, 1] as const) {
    const code = codes.beyondWindow(authenticator, direction);
    if (code !== undefined) expect(await users.login(user, { code, type })).toBeRefused();
  }
  await arrange.login(users.logins.byCode(user, authenticator, { expects: 'accepted' }));
  await facts.measure('acceptedSteps', () => acceptedSteps(users, user, codes));
});

test('totp-login/refuses-replay-after-newer-code', async ({ users, codes }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  const older = await arrange(codes.before(authenticator));
  const login = older === undefined ? undefined : await arrange(users.login(user, { code: older, type }));
  if (login !== undefined && login.session === undefined) codes.refuses(-1);
  if (login?.session === undefined) arrange.notApplicable('the target accepts no code but the current one');
  await arrange.login(users.logins.byCode(user, authenticator, { expects: 'accepted' }));

  expect(await users.login(user, { code: older ?? '', type })).toBeRefused();
});

test('totp-login/refuses-replay-in-parallel', async ({ api, users, codes }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  const code = await codes.unused(authenticator);

  await openAtMostOne([1, 2, 3].map(() => users.login(user, { code, type })));

  await arrange.login(users.logins.byNewKey(user));
  if (!api.contract.operations.has('VerifyUserOtp')) return;
  // One code must not finish two pending sessions.
  const other = await codes.unused((await arrange(users.codes.enrol(user))).authenticator);
  await openAtMostOne([1, 2].map(() => users.login(user, { code: other, type, inSteps: {} })));
  await users.logins.settle(user);
});

/** Measures which steps' codes, from -2 to 2, open a session. Undefined if the step ended meanwhile. */
async function acceptedSteps(users: Users, user: User, codes: Codes): Promise<string | undefined> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { authenticator } = await users.codes.enrol(user);
    await codes.room(authenticator);
    const now = codes.currentStep(authenticator);
    const accepted: number[] = [];
    // The oldest comes first, because a target may refuse codes older than the last accepted one.
    for (let step = -2; step <= 2; step += 1) {
      const login = await users.login(user, { code: codes.at(authenticator, step), type });
      if (login.session !== undefined) accepted.push(step);
    }
    const isOver = codes.currentStep(authenticator) !== now;
    // A right login ends the attempt series.
    await users.logins.byNewKey(user);
    if (isOver || accepted.length === 0) continue;
    return `[${signed(Math.min(...accepted))},${signed(Math.max(...accepted))}]`;
  }
  return undefined;
}

const signed = (step: number) => (step > 0 ? `+${step}` : String(step));
