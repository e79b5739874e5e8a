import { untilRefused } from '../../fixtures/logins.js';
import { arrange, arrangeLogin, expect, test } from '../../fixtures/test.js';
import { ArrangeError } from '../../src/base/errors.js';

test('mfa-config/on-without-types-is-not-open', async ({ users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withReplaceableTotp();
  await arrangeLogin(users.withoutCode(user));
  await arrange(cluster.on(['totp']));
  const under = await untilRefused(cluster, () => users.login(user));
  await arrange(cluster.off());
  if (under.session !== undefined)
    throw new ArrangeError('The password alone opens a session with types, too.');

  for (const authenticationTypes of [[], null]) {
    const answer = await cluster.put({ enabled: true, authenticationTypes, retainUserMfaSettings: true });
    // Refused, or taken for off, it opens nothing that was shut.
    if (answer.status >= 300 || !(await cluster.readUntil(({ enabled }) => enabled)).enabled) continue;
    const login = await untilRefused(cluster, () => users.login(user));
    const withCodes = [];
    for (const type of ['totp', 'email']) withCodes.push(await users.login(user, { code: '000000', type }));
    await arrange(cluster.off());
    for (const each of [login, ...withCodes]) expect(each).toBeRefused();
    await arrangeLogin(users.withoutCode(user));
  }
});
