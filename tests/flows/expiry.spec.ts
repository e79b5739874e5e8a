import type { Connection, MailUser, Users } from '../../fixtures/index.js';
import { arrange, expect, tenAndAHalfMinutes, test } from '../../fixtures/index.js';
import { ownAddress } from './support-addresses.js';

// In sequence: without a movable clock both wait for the same ten and a half minutes.
test('email-login/code-expires', async ({ users, connection, facts, oldCodes }) => {
  await arrange(oldCodes.begin(connection.target.supportUser.email ?? ''));
  const callers = await arrange.ifItCan(callersCode(users));
  const { user, code } = await arrange(users.mailed());
  await arrange(connection.waiter.letPass(tenAndAHalfMinutes, 'ageing'));

  expect(await users.login(user, { code, type: 'email' })).toBeRefused();
  await arrange.login(users.logins.byNewMail(user));
  if (callers !== undefined) {
    expect(await users.login(callers.user, { code: callers.code, type: 'email' })).toBeRefused();
    await arrange(users.logins.settle(callers.user));
  }
  // Only if it takes no time.
  if (connection.clock.canMove)
    await facts.measure('mailCodeLifetimeS', () => lifetime(users, user, connection));
});

test('support-email/code-expires', async ({ support, connection, oldCodes }) => {
  const email = ownAddress(connection.target);
  const mfaCode = await arrange(oldCodes.oldSupportCode(email));

  expect(await support.patch({ enabled: false, mfaCode })).toBeRefused();
  expect(await support.read()).toHaveMembers({ enabled: true, mfaType: 'email' });
});

/** Another user's code, so that neither code voids the other; undefined if there is no other user. */
async function callersCode(users: Users) {
  const [, user] = users.allWithMail();
  if (user === undefined) return undefined;
  await users.switchedOn(user);
  return { user, code: await users.codes.ofCaller(user) };
}

/** The two ages in seconds between which a code expires, measured with a movable clock. */
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
