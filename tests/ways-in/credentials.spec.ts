import type { Api, Open, Way } from '../../fixtures/index.js';
import { arrange, bypass, expect, memberOf, test, wrong } from '../../fixtures/index.js';
import { asCredentials, callerHeaders } from './requests.js';

test('ways-in/empty-credential-opens-nothing', async ({ api, admin }) => {
  await arrange(api.call('GetSupportMFAConfig', { as: admin }));

  const open = await openTo(api, ['', 'null', 'undefined', '*', '%'].flatMap(asCredentials));

  await bypass.expectShut(open, 'Any credential', async () => {
    for (const as of wrong.all())
      if ((await api.call('GetSupportMFAConfig', { as })).status < 300) return true;
    return false;
  });
});

test('ways-in/name-in-header-opens-nothing', async ({ api, connection }) => {
  const { baseUrl, accounts } = connection.target;
  const { username = 'admin' } = accounts.admin;

  expect(await openTo(api, callerHeaders(username, new URL(baseUrl).origin))).toBeShut();
});

test('ways-in/name-as-credential-opens-nothing', async ({ api, users }) => {
  const user = users.withPassword();
  await arrange.login(users.logins.whileOff(user));

  expect(await openTo(api, asCredentials(user.username))).toBeShut();
});

test('ways-in/basic-skips-no-code', async ({ api, users }) => {
  const { user } = await arrange(users.enrolled());
  const names = [user.username, `${user.domain}\\${user.username}`, `${user.username}@${user.domain}`];
  const parts = names.map((name) => {
    const pair = Buffer.from(`${name}:${user.password.reveal()}`).toString('base64');
    return { name: 'the password by Basic', headers: { Authorization: `Basic ${pair}` } };
  });

  expect(await openTo(api, parts, false)).toBeShut();
});

async function openTo(api: Api, parts: readonly Way[], madeUp = true): Promise<readonly Open[]> {
  const open: Open[] = [];
  const anonymous = await api.call('GetSupportMFAConfig');
  if (anonymous.status < 300)
    throw arrange.failure('GET /support-user/mfa accepts requests without a credential.');
  for (const { name, headers = {} } of parts) {
    const answer = await api.call('GetSupportMFAConfig', { headers, madeUp });
    // A gateway may answer a browser's request with a login page, so only a configuration counts.
    if (answer.status < 300 && typeof memberOf(answer.body, 'enabled') === 'boolean')
      open.push({ name, answer });
  }
  return open;
}
