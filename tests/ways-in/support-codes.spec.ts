import type { Form, Open } from '../../fixtures/index.js';
import { anonymous, arrange, bypass, expect, leadingZero, mfa, test, wrong } from '../../fixtures/index.js';
import { lists, nearCodes } from './codes.js';

const offWith = (mfaCodes: readonly (string | undefined)[]) =>
  mfaCodes.flatMap((mfaCode) => (mfaCode === undefined ? [] : [mfa.off({ mfaCode })]));

/** Returns the first forms of a code. They are too few to lock the account, and a right code follows them. */
const formsOf = (forms: readonly Form[], code: string) =>
  forms.slice(0, bypass.wrongInSeries).map(({ name, login }) => ({ name, code: login(code, 'totp').code }));

// The order of these tests saves codes: to prove a key needs an unused code, and so does replacing a proven key.
test('ways-in/near-support-code-verifies-nothing', async ({ api, admin, support, codes }) => {
  const { authenticator } = await arrange(support.onByTotp());
  const code = await codes.unused(authenticator);

  for (const { code: totpCode } of formsOf(nearCodes, code)) {
    expect(await api.call('VerifySupportUserTotp', { as: admin, anyJson: { totpCode } })).toNotVerify();
  }
  await arrange(support.proofs.endSeries(authenticator));
});

test('ways-in/list-of-support-codes-verifies-nothing', async ({ api, admin, support, codes }) => {
  const { authenticator } = await arrange(support.onByTotp());
  const code = await codes.unused(authenticator);

  const open: Open[] = [];
  for (const { name, code: totpCode } of formsOf(lists, code)) {
    const options = { as: admin, anyJson: { totpCode }, mistake: 'a list of codes' };
    const answer = await api.call('VerifySupportUserTotp', options);
    if (answer.fields.success === true) open.push({ name, answer });
  }
  expect(open).toBeShut();
  await arrange(support.proofs.endSeries(authenticator));
});

// The tests after this one use the key that it proves.
test('verify-totp/accepts-leading-zero', async ({ support, connection, runOptions }) => {
  const byZero = async () => {
    const code = await arrange(leadingZero(() => support.onByTotp(), connection, runOptions.slow));
    const answer = await support.verify(code, {}, { expects: 'accepted' });
    return { answer, isTaken: answer.fields.success === true };
  };

  expect((await support.proofs.inFreeStep(byZero)).answer).toVerify();
});

test('ways-in/old-support-code-switches-nothing-off', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.verified());
  const distant = [-60, 60].map(
    (steps) => codes.distant(authenticator, steps) ?? codes.distant(authenticator, steps + 1) ?? '',
  );
  await expect.kept(support, mfa.totpOn, offWith(distant));
});

test('ways-in/support-code-window-is-a-minute', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.verified());
  await arrange(codes.room(authenticator));

  for (const direction of [-1, 1] as const)
    await expect.kept(support, mfa.totpOn, offWith([codes.beyondWindow(authenticator, direction)]));
});

test('ways-in/used-totp-code-opens-nothing-a-step-later', async ({ users, codes, connection }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  const { code } = await arrange.login(users.logins.byCode(user, authenticator, { expects: 'accepted' }));
  await arrange(connection.waiter.letPass(codes.leftMs(authenticator) + 1_000, 'code step'));

  expect(await users.login(user, { code, type: 'totp' })).toBeRefused();
  await arrange.login(users.logins.byNewKey(user));
});

test('ways-in/near-support-code-switches-nothing-off', async ({ api, support, codes }) => {
  const { authenticator } = await arrange(support.verified());
  // The code stays unsent here, so that the next test can use it.
  const code = await codes.unsent(authenticator);
  await expect.kept(support, mfa.totpOn, offWith([code.slice(0, 1), `${code}0`]));
  if (api.attempts.mightLock('supportUser')) await arrange(support.proofs.endSeries(authenticator));
});

test('access/support-mfa-stays-on-without-privilege', async ({ cluster, support, users, codes }) => {
  // A viewer with an API key needs no login. So the test also runs on a target that must keep cluster MFA on.
  await arrange.ifItCan(cluster.off());
  const viewer = await arrange(users.sessions.viewer());
  const { authenticator } = await arrange(support.verified());
  // A refused request leaves the code unused, so the next test can use it.
  const mfaCode = await codes.unsent(authenticator);

  for (const as of [anonymous, wrong.key(), viewer])
    expect(await support.patchAny(mfa.off({ mfaCode }), as)).toBeRefused();
  await expect.shown(support, mfa.totpOn);
});

test('ways-in/list-of-support-codes-switches-nothing-off', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.verified());
  const code = await codes.unused(authenticator);

  // A server error doesn't accept the code, and other requirements report it.
  const open: Open[] = [];
  for (const { name, code: mfaCode } of formsOf(lists, code)) {
    const answer = await support.patchAny({ enabled: false, mfaCode });
    if (answer.status < 300) open.push({ name, answer });
  }
  expect(open).toBeShut();
  expect(await support.read()).toHaveMembers(mfa.totpOn);
  // This code switches off, so that later tests needn't wait for another.
  await arrange(support.off(code));
});
