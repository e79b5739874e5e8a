import { enrolled, mailed } from '../../fixtures/logins.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, covers, expect, ifItCan, test } from '../../fixtures/test.js';
import { throttling, wrongCodes } from '../../fixtures/throttling.js';
import type { MailUser } from '../../fixtures/users.js';
import type { Answer } from '../../src/target/connection/api.js';

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
  'POST /email-otp and POST /send-email-otp mail no unlimited number of codes',
  covers('email-otp/sending-is-limited'),
  async ({ api, users, mail, connection }) => {
    const isLimited = async (user: MailUser, ask: () => Promise<Answer>) => {
      const mark = await arrange(mail.mark());
      const { after, answered, rest } = await throttling(connection, ask, { most: 30, refused: false });
      // All that were promised are awaited: a late one must not fall into another test.
      const promised = after ?? answered;
      const got = await mail.counted(mark, ({ to }) => to.includes(user.email), promised);
      const hasLimit = after !== undefined || got < promised;
      if (hasLimit) await rest();
      return hasLimit;
    };
    const caller = users.withMail();
    const user = users.allWithMail().at(-1) ?? caller;
    // In a session that is there before: logging in may take a mail.
    await arrange(users.whileOn.ready('SendEmailOtp'));
    const as = await ifItCan(users.session(caller));

    const byPassword = await isLimited(user, () => users.requestMailedCode(user, { throttlingIsTested }));
    const send = () => api.call('SendEmailOtp', { ...(as === undefined ? {} : { as }), throttlingIsTested });
    // Where no code is to be had so, that is for other requirements to tell.
    const inSession = as === undefined ? true : ((await ifItCan(isLimited(caller, send))) ?? true);

    const unlimited = [
      ...(byPassword ? [] : ['POST /email-otp']),
      ...(inSession ? [] : ['POST /send-email-otp']),
    ];
    const got = unlimited.join(' and ');
    expect(got === '', `wanted: a limit within 30 codes\ngot: all of them mailed by ${got}`).toBe(true);
  },
);
