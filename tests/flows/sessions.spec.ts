import { arrange, arrangeLogin, covers, expect, test } from '../../fixtures/test.js';

test.describe('POST /users/sessions', () => {
  test(
    'opens a session by password while cluster MFA is off',
    covers('sessions/password-opens-session-while-mfa-is-off'),
    async ({ users, cluster }) => {
      await arrange(cluster.off());

      const login = await users.login(users.withPassword());

      expect(login).toOpenSession();
    },
  );

  test('refuses a wrong password', covers('sessions/refuses-wrong-password'), async ({ users }) => {
    const user = users.withPassword();

    const login = await users.login(user, { password: `${user.password.reveal()}-not` });

    expect(login).toBeRefused();
  });

  test(
    'takes LOCAL for a missing domain',
    covers('sessions/domain-defaults-to-local'),
    async ({ users, cluster }) => {
      await arrange(cluster.off());
      const user = { ...users.withPassword(), domain: 'LOCAL' };
      await arrangeLogin(users.login(user));

      const login = await users.login(user, { domain: null });

      expect(login).toOpenSession();
    },
  );
});

test.describe('POST /access-tokens', () => {
  test('refuses a wrong password', covers('access-tokens/refuses-wrong-password'), async ({ users }) => {
    const user = users.withPassword();

    const answer = await users.requestToken(user, `${user.password.reveal()}-not`);

    expect({ answer }).toBeRefused();
  });
});
