import type { SupportMfa, Target } from '../../fixtures/index.js';
import { arrange, expect, test } from '../../fixtures/index.js';

const off = (mfaCode: string) => ({ enabled: false, mfaCode });

test('support-totp/enrolling-after-email-gives-a-fresh-secret', async ({ support, connection }) => {
  const first = await arrange(support.onByTotp());
  await arrange(support.onByEmail(addressOf(connection.target)));

  const second = await arrange(support.onByTotp());

  expect(second.answer).not.toHoldTheSecretOf(first.answer);
});

test('support-email/not-disabled-with-totp-code', async ({ support, codes, connection }) => {
  const { authenticator } = await arrange(support.onByTotp());
  await arrange(mailed(support, connection.target));

  const answer = await support.patch(off(codes.at(authenticator, 0)));

  expect(answer).toBeRefused();
  expect(await support.read()).toHaveMembers({ enabled: true, mfaType: 'email' });
});

test('support-email/not-disabled-with-login-code', async ({ support, users, connection }) => {
  const own = await arrange(mailed(support, connection.target));
  const code = await arrange(users.codes.mailed(users.withMail()));
  if (code === own) throw arrange.failure('Both were mailed the same code.');

  const answer = await support.patch(off(code));

  expect(answer).toBeRefused();
  expect(await support.read()).toHaveMembers({ enabled: true, mfaType: 'email' });
});

test('support-email/not-disabled-with-callers-code', async ({ support, users, connection }) => {
  const own = await arrange(mailed(support, connection.target));
  // The one who asks for the change: nobody else's code is as likely to be taken for the support user's.
  const caller = users.allWithMail().find(({ role }) => role === 'admin') ?? users.withMail();
  const code = await arrange(users.codes.ofCaller(caller));
  if (code === own) throw arrange.failure('Both were mailed the same code.');

  const answer = await support.patch(off(code));

  expect(answer).toBeRefused();
  expect(await support.read()).toHaveMembers({ enabled: true, mfaType: 'email' });
});

test('support-email/code-works-once', async ({ support, connection }) => {
  const code = await arrange(mailed(support, connection.target));
  await arrange.success(support.patch(off(code)));
  await arrange(support.onByEmail(addressOf(connection.target)));

  const answer = await support.patch(off(code));

  expect(answer).toBeRefused();
  expect(await support.read()).toHaveMembers({ enabled: true, mfaType: 'email' });
});

/** Email mode, and the code that was just mailed: that one is right, and others must not pass for it. */
async function mailed(support: SupportMfa, target: Target): Promise<string> {
  await support.ensureEmail(addressOf(target));
  return support.mailedCode(addressOf(target));
}

/** The support user's address, which these requirements need. */
function addressOf({ supportUser }: Target): string {
  return supportUser.email ?? '';
}
