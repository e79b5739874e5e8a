import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, covers, expect, test } from '../../fixtures/test.js';
import { ArrangeError } from '../../src/errors.js';

/**
 * What each operation answers when it succeeds. Each test has the operation succeed once, then judges all that
 * the run has seen of its successes.
 */
test.describe('A success', () => {
  test('of GET /mfa-config is documented', covers('mfa-config/get-answers-200'), async ({ api, admin }) => {
    expect(await api.call('GetMFAConfig', { as: admin })).toSucceed();
  });

  test('of PUT /mfa-config is documented', covers('mfa-config/put-answers-204'), async ({ cluster }) => {
    const config = await arrange(cluster.read());

    expect(await cluster.put(config)).toSucceed();
  });

  test(
    'of GET /support-user/mfa is documented',
    covers('support-mfa/get-answers-200'),
    async ({ api, admin }) => {
      expect(await api.call('GetSupportMFAConfig', { as: admin })).toSucceed();
    },
  );

  test(
    'of PATCH /support-user/mfa is documented',
    covers('support-mfa/patch-answers-200'),
    async ({ support }) => {
      await arrange(support.off());

      expect(await support.patch({ enabled: false })).toSucceed();
    },
  );

  test(
    'of PUT /support-user/mfa is documented',
    covers('support-configure/answers-200'),
    async ({ support }) => {
      await arrange(support.off());

      expect(await support.configure({ mfaType: 'totp' })).toSucceed();
    },
  );

  test(
    'of POST /support-user/verify-totp is documented',
    covers('verify-totp/answers-200'),
    async ({ support, codes }) => {
      const { authenticator } = await arrange(support.onByTotp());

      expect(await support.verify(await codes.unused(authenticator))).toSucceed();
    },
  );

  test('of POST /totp-key is documented', covers('totp-key/create-answers-201'), async ({ users }) => {
    const user = users.withReplaceableTotp();
    await arrange(users.session(user));

    expect(await users.createKey(user, 'mfa-conformance')).toSucceed();
  });

  test('of POST /email-otp is documented', covers('email-otp/answers-204'), async ({ users }) => {
    expect(await users.requestMailedCode(users.withMail())).toSucceed();
  });

  test(
    'of POST /send-email-otp is documented',
    covers('send-email-otp/answers-204'),
    async ({ api, users }) => {
      const as = await arrange(users.session(users.withMail()));

      expect(await api.call('SendEmailOtp', { as })).toSucceed();
    },
  );

  test(
    'of POST /support-user/send-email-otp is documented',
    covers('support-email/send-answers-204'),
    async ({ api, admin, support, connection }) => {
      const { email } = connection.target.supportUser;
      if (email === undefined) throw new ArrangeError('The target file has no supportUser.email.');
      await arrange(support.onByEmail(email));

      expect(await api.call('SendSupportEmailOtp', { as: admin })).toSucceed();
    },
  );

  test(
    'of POST /users/sessions is documented',
    covers('sessions/create-answers-201'),
    async ({ users, cluster }) => {
      await arrange(cluster.off().catch(() => undefined));
      const user = users.withPassword();

      const { answer } = await users.login(user);

      expect(answer).toSucceed();
      expect(answer.body).toHaveTexts(['sessionId']);
    },
  );

  test(
    'of POST /access-tokens is documented',
    covers('access-tokens/create-answers-201'),
    async ({ users, cluster }) => {
      await arrange(cluster.off());

      const answer = await users.requestToken(users.withPassword());
      if (answer.status === 404) notApplicable('the target has no POST /access-tokens');

      expect(answer).toSucceed();
      expect(answer.body).toHaveTexts(['accessToken', 'tokenType']);
    },
  );
});
