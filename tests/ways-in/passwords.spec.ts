import type { Api, Doors, User, Users, Way } from '../../fixtures/index.js';
import { arrange, bypass, expect, test } from '../../fixtures/index.js';

type Members = Readonly<Record<string, unknown>>;

/** One more password that is not the right one: a line. */
const notThePassword: readonly (readonly [name: string, of: (right: string) => Members])[] = [
  ['no password', () => ({ password: undefined })],
  ['null', () => ({ password: null })],
  ['an empty password', () => ({ password: '' })],
  ['a blank', () => ({ password: ' ' })],
  ['a list of nothing', () => ({ password: [] })],
  ['a comparison', () => ({ password: { $ne: '' } })],
  ['true', () => ({ password: true })],
  ['all but its last character', (right) => ({ password: right.slice(0, -1) })],
  ['its first characters', (right) => ({ password: right.slice(0, 8 < right.length ? 8 : -1) })],
];

/** One more domain that the user is not of: a line. */
const notTheDomain: readonly Members[] = ['nowhere.invalid', 'NOT-LOCAL', '*', '%'].map((domain) => ({
  domain,
}));

test('ways-in/what-is-no-password-opens-nothing', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withPassword();
  await arrange.login(users.logins.withoutCode(user));
  const rows = notThePassword.map(([name, of]) => ({ name, members: of(user.password.reveal()) }));

  const open = await bypass.tryWays(waysOf(users, user, rows), doorsOf(api, users, user));

  await bypass.unlessPlain(open, 'A wrong password', () =>
    opensWith(users, user, { password: `${user.username}-not` }),
  );
  expect(open).toBeShut();
});

test('ways-in/other-domain-opens-nothing', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withPassword();
  await arrange.login(users.logins.withoutCode(user));
  const rows = notTheDomain.map((members) => ({
    name: `domain ${JSON.stringify(members['domain'])}`,
    members,
  }));

  const open = await bypass.tryWays(waysOf(users, user, rows), doorsOf(api, users, user));

  await bypass.unlessPlain(open, 'A wrong password', () =>
    opensWith(users, user, { password: `${user.username}-not` }),
  );
  expect(open).toBeShut();
});

/** Each row by both ways to log in. */
function waysOf(
  users: Users,
  user: User,
  rows: readonly { readonly name: string; readonly members: Members }[],
): readonly Way[] {
  return rows.flatMap(({ name, members }) => [
    { name: `${name} at POST /users/sessions`, send: () => users.logins.request(user, { members }) },
    {
      name: `${name} at POST /access-tokens`,
      send: () => users.sessions.requestToken(user, undefined, { members }),
    },
  ]);
}

function doorsOf(api: Api, users: Users, user: User): Doors {
  return {
    opens: (answer) => bypass.opensAnything(api, users, user, answer),
    settle: () => users.login(user),
    row: bypass.wrongInARow,
    isNearLimit: () => api.attempts.isNearLimit(user.role),
  };
}

async function opensWith(users: Users, user: User, members: Members): Promise<boolean> {
  return (await users.login(user, { members })).session !== undefined;
}
