import { arrange, expect, test } from '../../fixtures/index.js';

test('mfa-config/on-without-types-is-not-open', async ({ users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withReplaceableTotp();
  await arrange.login(users.logins.withoutCode(user));
  await arrange(cluster.on(['totp']));
  const under = await users.logins.byPasswordAlone(user);
  await arrange(cluster.off());
  if (under.session !== undefined)
    throw arrange.failure('The password alone opens a session with types, too.');

  for (const authenticationTypes of [[], null]) {
    const answer = await cluster.put({ enabled: true, authenticationTypes, retainUserMfaSettings: true });
    // If the target refuses this or treats MFA as off, it opens nothing that was closed.
    if (answer.status >= 300 || !(await cluster.readUntil(({ enabled }) => enabled)).enabled) continue;
    const login = await users.logins.byPasswordAlone(user);
    const withCodes = [];
    for (const type of ['totp', 'email']) withCodes.push(await users.login(user, { code: '000000', type }));
    await arrange(cluster.off());
    for (const each of [login, ...withCodes]) expect(each).toBeRefused();
    await arrange.login(users.logins.withoutCode(user));
  }
});
