import type { Way } from '../../fixtures/index.js';
import { arrange, bypass, test } from '../../fixtures/index.js';

const notThePassword: readonly (readonly [
  name: string,
  of: (right: string) => Readonly<Record<string, unknown>>,
])[] = [
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

for (const [id, rowsOf] of [
  [
    'ways-in/what-is-no-password-opens-nothing',
    (right: string) => notThePassword.map(([name, of]) => ({ name, members: of(right) })),
  ],
  [
    'ways-in/other-domain-opens-nothing',
    () =>
      ['nowhere.invalid', 'NOT-LOCAL', '*', '%'].map((domain) => ({
        name: `domain ${domain}`,
        members: { domain },
      })),
  ],
] as const)
  test(id, async ({ api, users, cluster }) => {
    await arrange(cluster.off());
    const user = users.withPassword();
    await arrange.login(users.logins.withoutCode(user));
    const right = () => arrange.login(users.login(user, { expects: 'accepted' }));
    const ways = rowsOf(user.password.reveal()).flatMap(({ name, members }): Way[] => [
      { name: `${name} at POST /users/sessions`, members },
      {
        name: `${name} at POST /access-tokens`,
        send: () => users.sessions.requestToken(user, undefined, { members }),
      },
    ]);

    const open = await bypass.tryWays({ api, users, user, isWrong: true, right }, ways);

    await bypass.expectShut(
      open,
      'A wrong password',
      async () => (await users.login(user, { password: `${user.username}-not` })).session !== undefined,
    );
  });
