import { arrange, emailOn, expect, expectKept, off, test } from '../../fixtures/index.js';
import { mailedCode, ownAddress } from './support-addresses.js';

test('support-totp/enrolling-after-email-gives-a-fresh-secret', async ({ support, connection }) => {
  const first = await arrange(support.onByTotp());
  await arrange(support.onByEmail(ownAddress(connection.target)));

  const second = await arrange(support.onByTotp());

  expect(second.answer).not.toHoldTheSecretOf(first.answer);
});

test('support-email/not-disabled-with-totp-code', async ({ support, codes, connection }) => {
  const { authenticator } = await arrange(support.onByTotp());
  await arrange(mailedCode(support, connection.target));
  await expectKept(support, emailOn, [off({ mfaCode: codes.at(authenticator, 0) })]);
});

test('support-email/not-disabled-with-login-code', async ({ support, users, connection }) => {
  const own = await arrange(mailedCode(support, connection.target));
  const mfaCode = await arrange(users.codes.mailed(users.withMail()));
  if (mfaCode === own) throw arrange.failure(sameCode);
  await expectKept(support, emailOn, [off({ mfaCode })]);
});

test('support-email/not-disabled-with-callers-code', async ({ support, users, connection }) => {
  const own = await arrange(mailedCode(support, connection.target));
  // The caller, whose code is the likeliest to be taken for the support user's.
  const caller = users.allWithMail().find(({ role }) => role === 'admin') ?? users.withMail();
  const mfaCode = await arrange(users.codes.ofCaller(caller));
  if (mfaCode === own) throw arrange.failure(sameCode);
  await expectKept(support, emailOn, [off({ mfaCode })]);
});

test('support-email/code-works-once', async ({ support, connection }) => {
  const mfaCode = await arrange(mailedCode(support, connection.target));
  await arrange.success(support.patchAny(off({ mfaCode })));
  await arrange(support.onByEmail(ownAddress(connection.target)));
  await expectKept(support, emailOn, [off({ mfaCode })]);
});

const sameCode = 'Both were mailed the same code.';
