import { enrolled, mailed } from '../../fixtures/logins.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, covers, expect, test } from '../../fixtures/test.js';
import { throttling, wrongCodes } from '../../fixtures/throttling.js';

const throttlingIsTested = true;

test.describe('Wrong codes in a row', () => {
  test(
    'are throttled at logins by TOTP',
    covers('totp-login/wrong-codes-are-throttled'),
    async ({ users, cluster, codes, connection, facts }) => {
      const { user, authenticator } = await arrange(enrolled(users, cluster));

      const { after, rest } = await throttling(connection, async () => {
        const login = { code: codes.wrong(authenticator), type: 'totp', throttlingIsTested };
        return (await users.login(user, login)).answer;
      });

      const right = { code: await codes.unused(authenticator), type: 'totp', throttlingIsTested };
      const keepsOut = after !== undefined || (await users.login(user, right)).session === undefined;
      facts.note('throttleAfter', after ?? null);
      if (keepsOut) await rest();
      expect(keepsOut, 'wanted: a throttle within 100 wrong codes\ngot: none').toBe(true);
    },
  );

  test(
    'are throttled on connections of their own',
    covers('totp-login/throttle-spans-connections'),
    async ({ users, cluster, codes, connection }) => {
      const { user, authenticator } = await arrange(enrolled(users, cluster));

      const { after, rest } = await throttling(connection, async () => {
        const login = {
          code: codes.wrong(authenticator),
          type: 'totp',
          throttlingIsTested,
          closeAfter: true,
        };
        return (await users.login(user, login)).answer;
      });

      const right = { code: await codes.unused(authenticator), type: 'totp', throttlingIsTested };
      const keepsOut = after !== undefined || (await users.login(user, right)).session === undefined;
      if (keepsOut) await rest();
      expect(keepsOut, 'wanted: a throttle within 100 wrong codes\ngot: none').toBe(true);
    },
  );

  test(
    'are not forgotten for another X-Forwarded-For',
    covers('totp-login/throttle-ignores-forwarded-header'),
    async ({ users, cluster, codes, connection }) => {
      const { user, authenticator } = await arrange(enrolled(users, cluster));
      const { after, rest } = await throttling(connection, async () => {
        const login = { code: codes.wrong(authenticator), type: 'totp', throttlingIsTested };
        return (await users.login(user, login)).answer;
      });
      const right = { code: await codes.unused(authenticator), type: 'totp', throttlingIsTested };
      const { session } = await users.login(user, right);
      if (after === undefined || session !== undefined) {
        if (session === undefined) await rest();
        notApplicable('wrong codes keep no right one out');
      }

      const login = await users.login(user, { ...right, headers: { 'X-Forwarded-For': '192.0.2.17' } });

      await rest();
      expect(login).toBeRefused();
    },
  );

  test(
    'are throttled at logins by mail',
    covers('email-login/wrong-codes-are-throttled'),
    async ({ users, cluster, connection, facts }) => {
      const { user, code } = await arrange(mailed(users, cluster));
      const wrong = wrongCodes(code);

      const { after, rest } = await throttling(connection, async () => {
        const login = { code: wrong(), type: 'email', throttlingIsTested };
        return (await users.login(user, login)).answer;
      });

      const right = { code, type: 'email', throttlingIsTested };
      const keepsOut = after !== undefined || (await users.login(user, right)).session === undefined;
      facts.note('mailThrottleAfter', after ?? null);
      if (keepsOut) await rest();
      expect(keepsOut, 'wanted: a throttle within 100 wrong codes\ngot: none').toBe(true);
    },
  );

  test(
    'are throttled as mfaCode',
    covers('support-email/wrong-codes-are-throttled'),
    async ({ support, connection }) => {
      const email = connection.target.supportUser.email ?? '';
      await arrange(support.onByEmail(email));
      const code = await arrange(support.mailedCode(email));
      const wrong = wrongCodes(code);

      const { after, rest } = await throttling(connection, () =>
        support.patchAny({ enabled: false, mfaCode: wrong() }, undefined, { throttlingIsTested }),
      );

      const keepsOut =
        after !== undefined ||
        (await support.patchAny({ enabled: false, mfaCode: code }, undefined, { throttlingIsTested }))
          .status >= 400;
      if (keepsOut) await rest();
      expect(keepsOut, 'wanted: a throttle within 100 wrong codes\ngot: none').toBe(true);
    },
  );
});

test(
  'POST /email-otp mails no unlimited number of codes',
  covers('email-otp/sending-is-limited'),
  async ({ users, mail, connection }) => {
    const user = users.allWithMail().at(-1) ?? users.withMail();
    const mark = await arrange(mail.mark());

    const { after, answered, rest } = await throttling(
      connection,
      () => users.requestMailedCode(user, { throttlingIsTested }),
      { most: 30, refused: false },
    );

    // All that were promised are awaited: a late one must not fall into another test.
    const promised = after ?? answered;
    const got = await mail.counted(mark, ({ to }) => to.includes(user.email), promised);
    const isLimited = after !== undefined || got < promised;
    if (isLimited) await rest();
    expect(isLimited, 'wanted: a limit within 30 codes\ngot: all of them mailed').toBe(true);
  },
);
