import {
  bothTypes,
  enrolled,
  loginByCode,
  loginByNewMail,
  switchedOn,
  untilOpen,
} from '../../fixtures/logins.js';
import { changesSince, clusterChanges, snapshot } from '../../fixtures/snapshot.js';
import { arrange, arrangeLogin, expect, ifItCan, test } from '../../fixtures/test.js';
import { clusterConfigOf } from '../../src/target/journal/config.js';
import type { Credential } from '../../src/wire/http/credential.js';

test('sessions/totp-login-changes-no-configuration', async ({
  users,
  cluster,
  support,
  codes,
  connection,
}) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  await arrange(cluster.on(['totp']));
  const before = await arrange(snapshot(cluster, support));

  await arrangeLogin(untilOpen(connection, () => loginByCode(users, user, authenticator, codes)));

  expect(await changesSince(before, cluster, support)).toBeNone();
  await arrange(cluster.asFound());
});

test('sessions/email-login-changes-no-configuration', async ({ users, cluster, support, connection }) => {
  const user = users.withMail();
  await arrange(switchedOn(users, cluster, user));
  await arrange(users.learnMailLogin(user));
  await arrange(cluster.on(['email']));
  const before = await arrange(snapshot(cluster, support));

  await arrangeLogin(untilOpen(connection, () => loginByNewMail(users, user)));

  expect(await changesSince(before, cluster, support)).toBeNone();
  await arrange(cluster.asFound());
});

test('mfa-config/every-credential-shows-the-same', async ({ api, users, cluster, connection }) => {
  await arrange(cluster.on(bothTypes));
  const session = await ifItCan(users.session(users.admin() ?? users.withPassword()));
  const keys = Object.values(connection.target.accounts).flatMap(({ apiKey: key }): Credential[] =>
    key === undefined ? [] : [{ scheme: 'APIKeyHeader', key }],
  );
  const all = [...keys, ...(session === undefined ? [] : [session])];
  // What was shown once may be kept.
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
