import type { User, Users, Way } from '../../fixtures/index.js';
import { arrange, bypass, expect, test } from '../../fixtures/index.js';

type Members = Readonly<Record<string, unknown>>;

/** Passwords that differ from the right one; add a line for another. */
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

/** Domains that the user doesn't belong to; add a line for another. */
const notTheDomain = ['nowhere.invalid', 'NOT-LOCAL', '*', '%'].map((domain) => ({
  name: `domain ${JSON.stringify(domain)}`,
  members: { domain },
}));

for (const [id, rowsOf] of [
  [
    'ways-in/what-is-no-password-opens-nothing',
    (right: string) => notThePassword.map(([name, of]) => ({ name, members: of(right) })),
  ],
  ['ways-in/other-domain-opens-nothing', () => notTheDomain],
] as const)
  test(id, async ({ api, users, cluster }) => {
    await arrange(cluster.off());
    const user = users.withPassword();
    await arrange.login(users.logins.withoutCode(user));
    const ways = waysOf(users, user, rowsOf(user.password.reveal()));

    const open = await bypass.tryWays(ways, bypass.wrongPasswords(api, users, user));

    await bypass.unlessPlain(
      open,
      'A wrong password',
      async () => (await users.login(user, { password: `${user.username}-not` })).session !== undefined,
    );
    expect(open).toBeShut();
  });

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
