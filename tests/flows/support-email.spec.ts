import type { SupportMfa, Target } from '../../fixtures/index.js';
import { arrange, asCall, emailOn, expect, expectShown, test, triggerNames } from '../../fixtures/index.js';
import { otherCode } from './mailed-codes.js';
import { onAtOne, ownAddress, twoAddresses } from './support-addresses.js';

test('support-email/enabling-shows-what-was-set', async ({ support, connection }) => {
  const email = ownAddress(connection.target);
  await arrange(support.off());

  const answer = await support.patch({ enabled: true, mfaType: 'email', email });

  expect(answer).toBeAccepted();
  expect(answer).toShowAtMost({ enabled: true, mfaType: 'email', email });
  expect(answer).toHaveNone('totpSecretKey');
});

test('support-email/get-shows-what-was-set', async ({ support, connection }) => {
  const email = ownAddress(connection.target);
  await arrange(support.off());
  await arrange.success(support.patch({ enabled: true, mfaType: 'email', email }));

  const now = await expectShown(support, emailOn);

  expect(now).toShowAtMost({ email });
});

test('support-email/needs-an-address', async ({ support }) => {
  await arrange(support.off());

  const answer = await support.patch({ enabled: true, mfaType: 'email', email: 'no-address' });

  expect(answer).toBeRefused();
});

test('support-email/mails-one-code-to-the-address', async ({ silence, connection }) => {
  const email = ownAddress(connection.target);

  const heard = await silence.after(triggerNames.support);

  expect(heard.answer).toBeAccepted();
  expect(heard).toHaveMailed([email]);
});

test('support-email/no-code-without-an-address', async ({ silence }) => {
  const { answer, mails } = await silence.after(triggerNames.supportOff);

  // A target that keeps the address may mail a code: then 204 says the truth.
  if (mails.length === 0) expect(answer).toBeRefused();
});

test('support-email/address-in-body-does-not-redirect', async ({ silence }) => {
  const heard = await silence.after(triggerNames.supportRedirect);

  const named = heard.mails.filter(({ to }) => to.includes(heard.trigger.elsewhere ?? ''));

  expect({ ...heard, mails: named }).toHaveMailed([]);
});

test('support-email/refused-send-mails-nothing', async ({ silence, connection }) => {
  const refused: string[] = [triggerNames.supportAnonymous];
  if (connection.target.accounts.viewer !== undefined) refused.push(triggerNames.supportViewer);

  for (const heard of await arrange(arrange.someOf(refused, (name) => silence.after(name)))) {
    expect(heard.answer).toBeRefused();
    expect(heard).toHaveMailed([]);
  }
});

test('support-email/disabled-with-mailed-code', async ({ support, connection }) => {
  const code = await arrange(mailedCode(support, connection.target));
  // Reading spends no code.
  await arrange(support.get());

  const answer = await support.patch({ enabled: false, mfaCode: code });

  expect(answer).toBeAccepted();
  await expectShown(support, { enabled: false });
});

test('support-email/not-disabled-with-near-code', async ({ support, connection }) => {
  const code = await arrange(mailedCode(support, connection.target));

  for (const mfaCode of [code.slice(0, 1), `${code}0`]) {
    expect(await support.patch({ enabled: false, mfaCode })).toBeRefused();
  }
  await expectShown(support, emailOn);
  // What is off takes no code to be switched on for the next test.
  await support.patchAny({ enabled: false, mfaCode: code }, undefined, asCall('accepted'));
});

test('support-email/not-disabled-without-code', async ({ support, connection }) => {
  await arrange(support.ensureEmail(ownAddress(connection.target)));

  for (const without of [{}, { mfaCode: null }, { mfaCode: '' }]) {
    const answer = await support.patchAny({ enabled: false, ...without });

    expect(answer).toBeRefused();
    await expectShown(support, emailOn);
  }
});

test('support-email/not-disabled-with-wrong-code', async ({ support, connection, allow }) => {
  const code = await arrange(mailedCode(support, connection.target));

  // A code of a developer's own would be the same on every target; each guess counts as an attempt.
  const guesses = allow.lockOut ? ['000000'] : [];
  for (const mfaCode of [otherCode(code, 'first'), ...guesses.filter((guess) => guess !== code)]) {
    expect(await support.patch({ enabled: false, mfaCode })).toBeRefused();
  }
  await expectShown(support, emailOn);
});

test('support-email/address-changed-with-mailed-code', async ({ support, connection }) => {
  const { second } = twoAddresses(connection.target);
  const code = await arrange(mailedCode(support, connection.target));

  const answer = await support.patch({ enabled: true, mfaType: 'email', email: second, mfaCode: code });

  expect(answer).toBeAccepted();
  await expectShown(support, { email: second });
});

test('support-email/address-not-changed-without-code', async ({ support, connection }) => {
  const { email, second } = twoAddresses(connection.target);
  await arrange(support.ensureEmail(email));

  const answer = await support.patch({ enabled: true, mfaType: 'email', email: second });

  expect(answer).toBeRefused();
  await expectShown(support, { ...emailOn, email });
});

test('support-email/tagged-address-needs-code', async ({ support, connection }) => {
  const email = await arrange(onAtOne(support, connection.target));
  const tagged = email.replace('@', '+mfa-conformance@');

  const answer = await support.patch({ enabled: true, mfaType: 'email', email: tagged });

  // Where it was taken for the same one, so is the way back.
  if (answer.status < 300) await arrange(support.patch({ enabled: true, mfaType: 'email', email }));
  expect(answer).toBeRefused();
});

test('support-email/address-not-changed-with-wrong-code', async ({ support, connection }) => {
  const { email, second } = twoAddresses(connection.target);
  const code = await arrange(mailedCode(support, connection.target));

  const answer = await support.patch({
    enabled: true,
    mfaType: 'email',
    email: second,
    mfaCode: otherCode(code, 'last'),
  });

  expect(answer).toBeRefused();
  await expectShown(support, { ...emailOn, email });
});

async function mailedCode(support: SupportMfa, target: Target): Promise<string> {
  const email = ownAddress(target);
  // Where it is on already it stays: on a target that takes no code it could not be switched off first.
  await support.ensureEmail(email);
  return support.mailedCode(email);
}
