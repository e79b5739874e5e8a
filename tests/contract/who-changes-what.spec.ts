import type { Credential } from '../../fixtures/index.js';
import { arrange, bothTypes, clusterChanges, clusterConfigOf, expect, test } from '../../fixtures/index.js';

test('sessions/totp-login-changes-no-configuration', async ({ users, cluster, state }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  await arrange(cluster.on(['totp']));
  const before = await arrange(state.snapshot());

  await arrange.login(users.logins.untilOpen(() => users.logins.byCode(user, authenticator)));

  expect(await state.changesSince(before)).toBeNone();
  await arrange(cluster.asFound());
});

test('sessions/email-login-changes-no-configuration', async ({ users, cluster, state }) => {
  const user = await arrange(users.mailable());
  await arrange(cluster.on(['email']));
  const before = await arrange(state.snapshot());

  await arrange.login(users.logins.byMailAgain(user));

  expect(await state.changesSince(before)).toBeNone();
  await arrange(cluster.asFound());
});

test('mfa-config/every-credential-shows-the-same', async ({ api, users, cluster, connection }) => {
  await arrange(cluster.on(bothTypes));
  const session = await arrange.ifItCan(users.sessions.of(users.admin() ?? users.withPassword()));
  const keys = Object.values(connection.target.accounts).flatMap(({ apiKey: key }): Credential[] =>
    key === undefined ? [] : [{ scheme: 'APIKeyHeader', key }],
  );
  const all = [...keys, ...(session === undefined ? [] : [session])];
  // Fills a cache, if the target keeps what it showed.
  for (const as of all) await api.call('GetMFAConfig', { as });
  await arrange(cluster.on(['totp']));
  const now = await arrange(cluster.read());

  for (const as of all) {
    const get = async () => {
      const { status, body } = await api.call('GetMFAConfig', { as });
      if (status >= 300) return [];
      const { authenticationTypes, ...rest } = clusterConfigOf(body);
      return clusterChanges(now, {
        ...now,
        enabled: rest.enabled,
        ...(authenticationTypes && { authenticationTypes }),
      });
    };
    expect(await cluster.settles(get, (changes) => changes.length === 0)).toBeNone();
  }
  await arrange(cluster.asFound());
});
