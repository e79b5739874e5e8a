import { randomUUID } from 'node:crypto';
import { arrange, arrangeLogin, covers, expect, test } from '../../fixtures/test.js';
import { triggerNames } from '../../fixtures/triggers.js';
import type { MailUser, Users } from '../../fixtures/users.js';
import { textOf } from '../../src/http/body.js';
import type { ClusterMfa } from '../../src/journal/cluster-mfa.js';

const tenAndAHalfMinutes = 630_000;

/** A user and the code that was just mailed, cluster MFA on. */
async function mailed(
  users: Users,
  cluster: ClusterMfa,
  n = 0,
): Promise<{ readonly user: MailUser; readonly code: string }> {
  const user = users.withMail(n);
  await cluster.on(['totp', 'email']);
  return { user, code: await users.mailedCode(user) };
}

/** As long as the right one, and another. */
const otherCode = (code: string) => `${code.slice(0, -1)}${code.at(-1) === '0' ? '1' : '0'}`;

test.describe('POST /email-otp', () => {
  test(
    'mails one code to the user',
    covers('email-otp/mails-one-code-to-the-user'),
    async ({ silence, users }) => {
      const { answer, mails } = await silence.after(triggerNames.emailOtp);

      expect(answer.status).toBeLessThan(300);
      expect(mails.map(({ to }) => to)).toEqual([[users.withMail().email]]);
    },
  );

  test(
    'mails to no address of the request',
    covers('email-otp/address-in-body-does-not-redirect'),
    async ({ silence, users }) => {
      const { mails } = await silence.after(triggerNames.redirect);

      const others = mails.flatMap(({ to }) => to).filter((address) => address !== users.withMail().email);

      expect(others).toEqual([]);
    },
  );

  test(
    'mails nothing on a wrong password',
    covers('email-otp/wrong-password-mails-nothing'),
    async ({ silence }) => {
      const { mails } = await silence.after(triggerNames.wrongPassword);

      expect(mails.map(({ to }) => to)).toEqual([]);
    },
  );

  test(
    'answers an unknown user like a wrong password',
    covers('email-otp/unknown-user-looks-alike'),
    async ({ users }) => {
      const user = users.withPassword();
      const known = await users.requestMailedCode(user, { password: randomUUID() });

      const unknown = await users.requestMailedCode(
        { ...user, username: `nobody-${randomUUID()}` },
        { password: randomUUID() },
      );

      expect(appearance(unknown)).toEqual(appearance(known));
    },
  );

  test('mails a code that is long enough', covers('email-otp/code-is-long-enough'), async ({ users }) => {
    const code = await arrange(users.mailedCode(users.withMail()));

    expect(code.length).toBeGreaterThanOrEqual(6);
  });
});

test.describe('POST /send-email-otp', () => {
  test(
    'mails one code to the caller',
    covers('send-email-otp/mails-one-code-to-the-caller'),
    async ({ silence, users }) => {
      const { answer, mails } = await silence.after(triggerNames.caller);

      expect(answer.status).toBeLessThan(300);
      expect(mails.map(({ to }) => to)).toEqual([[users.withMail().email]]);
    },
  );

  test(
    'mails nothing without credentials',
    covers('send-email-otp/anonymous-mails-nothing'),
    async ({ silence }) => {
      const { mails } = await silence.after(triggerNames.anonymous);

      expect(mails.map(({ to }) => to)).toEqual([]);
    },
  );
});

test.describe('A login while cluster MFA is on', () => {
  test(
    'succeeds with the mailed code',
    covers('email-login/accepts-mailed-code'),
    async ({ users, cluster }) => {
      const { user, code } = await arrange(mailed(users, cluster));

      const login = await users.login(user, { code, type: 'email' });

      expect(login).toOpenSession();
    },
  );

  test(
    'fails with a wrong mailed code',
    covers('email-login/refuses-wrong-code'),
    async ({ users, cluster }) => {
      const { user, code } = await arrange(mailed(users, cluster));

      const login = await users.login(user, { code: otherCode(code), type: 'email' });

      expect(login).toBeRefused();
      await arrangeLogin(freshLogin(users, user));
    },
  );

  test(
    'fails with a mailed code that was used',
    covers('email-login/code-works-once'),
    async ({ users, cluster }) => {
      const { user, code } = await arrange(mailed(users, cluster));
      await arrangeLogin(users.login(user, { code, type: 'email' }));

      const replay = await users.login(user, { code, type: 'email' });

      expect(replay).toBeRefused();
    },
  );

  test(
    'fails with the code before the newest',
    covers('email-login/newer-code-voids-older'),
    async ({ users, cluster }) => {
      const { user, code: older } = await arrange(mailed(users, cluster));
      const newer = await arrange(users.mailedCode(user));

      const login = await users.login(user, { code: older, type: 'email' });

      expect(login).toBeRefused();
      expect(await users.login(user, { code: newer, type: 'email' })).toOpenSession();
    },
  );

  test(
    "fails with another user's mailed code",
    covers('email-login/refuses-code-of-another-user'),
    async ({ users, cluster }) => {
      const { code } = await arrange(mailed(users, cluster, 1));
      const victim = users.withMail(0);

      const login = await users.login(victim, { code, type: 'email' });

      expect(login).toBeRefused();
      await arrangeLogin(users.login(users.withMail(1), { code, type: 'email' }));
    },
  );

  test(
    'fails with a mailed code as a TOTP one',
    covers('email-login/refuses-code-as-totp'),
    async ({ users, cluster }) => {
      const { user, code } = await arrange(mailed(users, cluster));

      const login = await users.login(user, { code, type: 'totp' });

      expect(login).toBeRefused();
      await arrangeLogin(freshLogin(users, user));
    },
  );

  test(
    'fails with a wrong password',
    covers('email-login/refuses-wrong-password'),
    async ({ users, cluster }) => {
      const { user, code } = await arrange(mailed(users, cluster));

      const login = await users.login(user, {
        password: `${user.password.reveal()}-not`,
        code,
        type: 'email',
      });

      expect(login).toBeRefused();
      await arrangeLogin(freshLogin(users, user));
    },
  );

  test(
    'fails with a mailed code of ten minutes ago',
    covers('email-login/code-expires'),
    async ({ users, cluster, connection }) => {
      const { user, code } = await arrange(mailed(users, cluster));
      await arrange(connection.waiter.letPass(tenAndAHalfMinutes, 'mail'));

      const login = await users.login(user, { code, type: 'email' });

      expect(login).toBeRefused();
      await arrangeLogin(freshLogin(users, user));
    },
  );
});

async function freshLogin(users: Users, user: MailUser) {
  return users.login(user, { code: await users.mailedCode(user), type: 'email' });
}

/** What an answer looks like to somebody who tries names. */
function appearance({ status, body }: { readonly status: number; readonly body: unknown }) {
  return { status, errorCode: textOf(body, 'errorCode'), message: textOf(body, 'message') };
}
