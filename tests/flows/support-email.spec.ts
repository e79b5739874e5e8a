import type { SupportMfa, Users } from '../../fixtures/index.js';
import { arrange, expect, mfa, test } from '../../fixtures/index.js';
import { otherCodes } from './codes.js';
import { mailedCode, onAtOne, ownAddress, twoAddresses } from './support-addresses.js';

test('support-email/enabling-shows-what-was-set', async ({ support, connection }) => {
  const email = ownAddress(connection.target);
  await arrange(support.off());

  const answer = await support.patch({ ...mfa.emailOn, email });

  expect(answer).toBeAccepted();
  expect(answer).toShowAtMost({ ...mfa.emailOn, email });
  expect(answer).toHaveNone('totpSecretKey');
});

test('support-email/get-shows-what-was-set', async ({ support, connection }) => {
  const email = ownAddress(connection.target);
  await arrange(support.off());
  await arrange.success(support.patch({ ...mfa.emailOn, email }));

  expect(await expect.shown(support, mfa.emailOn)).toShowAtMost({ email });
});

test('support-email/needs-an-address', async ({ support }) => {
  await arrange(support.off());

  expect(await support.patch({ ...mfa.emailOn, email: 'no-address' })).toBeRefused();
});

test('support-email/disabled-with-mailed-code', async ({ support, connection }) => {
  const code = await arrange(mailedCode(support, connection.target));
  // GET must not void the mailed code.
  await arrange(support.get());

  expect(await support.patch({ enabled: false, mfaCode: code })).toBeAccepted();
  await expect.shown(support, { enabled: false });
});

test('support-email/not-disabled-with-near-code', async ({ support, connection }) => {
  const code = await arrange(mailedCode(support, connection.target));
  const near = [{ mfaCode: code.slice(0, 1) }, { mfaCode: `${code}0` }];

  await expect.kept(support, mfa.emailOn, near.map(mfa.off));
  // While support MFA is off, it is switched on without a code.
  await support.leave({ enabled: false, mfaCode: code });
});

test('support-email/address-changed-with-mailed-code', async ({ support, connection }) => {
  const { second: email } = twoAddresses(connection.target);
  const mfaCode = await arrange(mailedCode(support, connection.target));

  expect(await support.patch({ ...mfa.emailOn, email, mfaCode })).toBeAccepted();
  await expect.shown(support, { email });
});

test('support-email/not-disabled-without-code', async ({ support, connection }) => {
  await arrange(support.ensureEmail(ownAddress(connection.target)));
  await expect.kept(support, mfa.emailOn, [{}, { mfaCode: null }, { mfaCode: '' }].map(mfa.off));
});

test('support-email/not-disabled-with-wrong-code', async ({ support, connection, allow }) => {
  const code = await arrange(mailedCode(support, connection.target));
  // A target may accept a built-in test code. The guess counts as a failed attempt, so it needs allow.lockOut.
  const guesses = allow.lockOut && code !== '000000' ? ['000000'] : [];
  const wrong = [otherCodes(code)[0], ...guesses].map((mfaCode) => mfa.off({ mfaCode }));
  await expect.kept(support, mfa.emailOn, wrong);
});

test('support-email/address-not-changed-without-code', async ({ support, connection, allow }) => {
  const { email, second } = twoAddresses(connection.target);
  await arrange(support.ensureEmail(email));
  await expect.kept(support, { ...mfa.emailOn, email }, [{ ...mfa.emailOn, email: second }]);
  // The suite can't read mails to this address, so only a disposable target gets it.
  if (allow.disposable)
    await refusesAddress(support, email, email.replace(/@.*/, '@mfa-conformance.example'));
  // An address that was in use before needs a code as well.
  const mfaCode = await arrange(support.mailedCode(email));
  await support.patch({ ...mfa.emailOn, email: second, mfaCode });
  if ((await support.readUntil((now) => now.email === second)).email === second)
    await expect.kept(support, { ...mfa.emailOn, email: second }, [{ ...mfa.emailOn, email }]);
});

/** Expects a refusal. A target that takes both addresses for the same also accepts the original without a code. */
async function refusesAddress(support: SupportMfa, email: string, other: string): Promise<void> {
  const answer = await support.patch({ ...mfa.emailOn, email: other });
  if (answer.status < 300) await arrange(support.patch({ ...mfa.emailOn, email }));
  expect(answer).toBeRefused();
}

test('support-email/tagged-address-needs-code', async ({ support, connection }) => {
  const email = await arrange(onAtOne(support, connection.target));
  await refusesAddress(support, email, email.replace('@', '+mfa-conformance@'));
});

test('support-email/address-not-changed-with-wrong-code', async ({ support, connection }) => {
  const { email, second } = twoAddresses(connection.target);
  const [, mfaCode] = otherCodes(await arrange(mailedCode(support, connection.target)));
  await expect.kept(support, { ...mfa.emailOn, email }, [{ ...mfa.emailOn, email: second, mfaCode }]);
});

test('support-totp/enrolling-after-email-gives-a-fresh-secret', async ({ support, connection }) => {
  const first = await arrange(support.onByTotp());
  const email = ownAddress(connection.target);
  // A target may allow this change while the key is pending. If not, the suite switches support MFA off in between.
  const { status } = await support.patch({ ...mfa.emailOn, email });
  if (status >= 300) await arrange(support.onByEmail(email));

  const second = await arrange(support.onByTotp());

  expect(second.answer).not.toHoldTheSecretOf(first.answer);
});

test('support-email/code-works-once', async ({ support, connection }) => {
  const mfaCode = await arrange(mailedCode(support, connection.target));
  await arrange.success(support.patchAny(mfa.off({ mfaCode })));
  await arrange(support.onByEmail(ownAddress(connection.target)));
  await expect.kept(support, mfa.emailOn, [mfa.off({ mfaCode })]);
});

test('support-email/not-disabled-with-totp-code', async ({ support, codes, connection }) => {
  const { authenticator } = await arrange(support.onByTotp());
  await arrange(mailedCode(support, connection.target));
  await expect.kept(support, mfa.emailOn, [mfa.off({ mfaCode: codes.at(authenticator, 0) })]);
});

for (const [id, mailed] of [
  ['support-email/not-disabled-with-login-code', (users: Users) => users.codes.mailed(users.withMail())],
  [
    'support-email/not-disabled-with-callers-code',
    // A target most likely confuses the support user with the caller, so this code is the admin's if possible.
    (users: Users) =>
      users.codes.ofCaller(users.allWithMail().find(({ role }) => role === 'admin') ?? users.withMail()),
  ],
] as const)
  test(id, async ({ support, users, connection }) => {
    const own = await arrange(mailedCode(support, connection.target));
    const mfaCode = await arrange(mailed(users));
    if (mfaCode === own)
      throw arrange.failure('The support user and the other user were mailed the same code.');
    await expect.kept(support, mfa.emailOn, [mfa.off({ mfaCode })]);
  });
