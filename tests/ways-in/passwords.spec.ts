import type { Way } from '../../fixtures/index.js';
import { arrange, bypass, test } from '../../fixtures/index.js';

const instead = (name: string, password: unknown): Way => ({ name, members: { password } });

const notThePassword = (right: string): readonly Way[] => [
  instead('no password', undefined),
  instead('null', null),
  instead('an empty password', ''),
  instead('a blank', ' '),
  instead('a list of nothing', []),
  instead('a comparison', { $ne: '' }),
  instead('true', true),
  instead('all but its last character', right.slice(0, -1)),
  instead('its first characters', right.slice(0, 8 < right.length ? 8 : -1)),
];

const domains = ['nowhere.invalid', 'NOT-LOCAL', 'LOCALX', '*', '%'];
const otherDomains = (): readonly Way[] =>
  domains.map((domain) => ({ name: `domain ${domain}`, members: { domain } }));

for (const [id, rowsOf] of [
  ['ways-in/what-is-no-password-opens-nothing', notThePassword],
  ['ways-in/other-domain-opens-nothing', otherDomains],
] as const)
  test(id, async ({ api, users, cluster }) => {
    await arrange(cluster.off());
    const user = users.withPassword();
    await arrange.login(users.logins.withoutCode(user));
    const right = () => arrange.login(users.login(user, { expects: 'accepted' }));
    const ways = rowsOf(user.password.reveal()).flatMap(({ name, ...wrong }): Way[] => [
      { name: `${name} at POST /users/sessions`, ...wrong },
      {
        name: `${name} at POST /access-tokens`,
        send: () => users.sessions.requestToken(user, undefined, wrong),
      },
    ]);
    const password = `${user.username}-not`;
    const isAnyOpen = async () => (await users.login(user, { password })).session !== undefined;

    const open = await bypass.tryWays({ api, users, user, isWrong: true, right }, ways);

    await bypass.expectShut(open, 'A wrong password', isAnyOpen);
  });
