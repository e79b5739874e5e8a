import { usableKeyUri } from '../../fixtures/secrets.js';
import { snapshot } from '../../fixtures/snapshot.js';
import { arrange, covers, expect, test } from '../../fixtures/test.js';
import { ArrangeError } from '../../src/errors.js';
import { textIn } from '../../src/http/body.js';
import type { Connection } from '../../src/target/connection.js';
import { requiresPassword, wrongPassword } from './support-password.js';

test.describe('PUT /support-user/mfa', () => {
  test(
    'to totp answers a secret and its URI',
    covers('support-configure/totp-gives-secret-and-uri'),
    async ({ support }) => {
      await arrange(support.off());

      const answer = await support.configure({ mfaType: 'totp' });

      expect(answer).toBeAccepted();
      expect(answer.body).toHaveTexts(['totpSecretKey', 'totpUri']);
      const { secret } = await arrange(usableKeyUri(textIn(answer.fields.totpUri)));
      expect(textIn(answer.fields.totpSecretKey)).toHoldTheSecretOf(secret.reveal());
    },
  );

  test(
    'chooses what holds once support MFA is on',
    covers('support-configure/mode-and-address-are-kept'),
    async ({ support, connection }) => {
      const email = addressOf(connection);
      await arrange(support.off());

      expect(await support.configure({ mfaType: 'email', email })).toBeAccepted();
      expect(await support.patch({ enabled: true })).toBeAccepted();

      const now = await support.readUntil(({ enabled }) => enabled);
      expect(now).toEqual({ enabled: true, mfaType: 'email', email });
    },
  );

  test(
    'does not switch on',
    covers('support-configure/leaves-enabled-alone'),
    async ({ support, connection }) => {
      await arrange(support.off());
      await arrange(support.configure({ mfaType: 'email', email: addressOf(connection) }));

      expect((await support.read()).enabled).toBe(false);
    },
  );

  test(
    'without the password is refused',
    covers('support-configure/refuses-without-password'),
    async ({ support, connection }) => {
      await arrange(requiresPassword(support));
      await arrange(support.off());
      const before = await arrange(support.read());
      const email = addressOf(connection);

      const answer = await support.configureAny({ mfaType: 'email', email, currentPassword: undefined });

      expect({ answer }).toBeRefused();
      expect(await support.read()).toEqual(before);
    },
  );

  test(
    'with a wrong password is refused',
    covers('support-configure/refuses-wrong-current-password'),
    async ({ support, connection }) => {
      await arrange(requiresPassword(support));
      await arrange(support.off());
      const before = await arrange(support.read());
      const email = addressOf(connection);

      const answer = await support.configure({ mfaType: 'email', email, currentPassword: wrongPassword });

      expect({ answer }).toBeRefused();
      expect(await support.read()).toEqual(before);
    },
  );

  test(
    'without a body is refused',
    covers('support-configure/refuses-missing-body'),
    async ({ api, admin, cluster, support }) => {
      await arrange(support.off());
      const before = await arrange(snapshot(cluster, support));

      const answer = await api.call('ConfigureSupportMFAConfig', { as: admin, mistake: 'a missing body' });

      expect({ answer }).toBeRefused();
      expect(await snapshot(cluster, support)).toEqual(before);
    },
  );

  test(
    'with malformed JSON is refused',
    covers('support-configure/refuses-malformed-json'),
    async ({ api, admin, cluster, support }) => {
      await arrange(support.off());
      const before = await arrange(snapshot(cluster, support));

      for (const body of ['{"mfaType":', '{"mfaType":"email",}', 'NaN']) {
        const raw = { body };
        const answer = await api.call('ConfigureSupportMFAConfig', {
          as: admin,
          raw,
          mistake: 'malformed JSON',
        });
        expect({ answer }).toBeRefused();
      }

      expect(await snapshot(cluster, support)).toEqual(before);
    },
  );

  test(
    'with a wrong type does no harm',
    covers('support-configure/wrong-type-is-harmless'),
    async ({ api, admin, support }) => {
      await arrange(support.off());
      const before = await arrange(support.read());

      // Without the password, so that nothing can come of it where types are not looked at.
      const anyJson = { mfaType: 5, email: ['a@example.com'] };
      const answer = await api.call('ConfigureSupportMFAConfig', {
        as: admin,
        anyJson,
        mistake: 'a wrong type',
      });

      expect(answer).toBeHandled();
      expect(await support.read()).toEqual(before);
    },
  );
});

function addressOf({ target }: Connection): string {
  const { email } = target.supportUser;
  if (email === undefined) throw new ArrangeError('The target file has no supportUser.email.');
  return email;
}
