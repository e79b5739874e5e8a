import type { Answer, Credential } from '../../fixtures/index.js';
import { arrange, expect, guesses, mfa, supportUser, test } from '../../fixtures/index.js';
import { isTaken, measured, mustKeepOut } from './locked.js';

const supportPassword = 'password of supportUser';

test('guessing/verify-totp-is-throttled', async ({ api, admin, support, codes, locks }) => {
  // The key stays unproven. So the restore needs no code, which a locked target would refuse.
  const { authenticator } = await arrange(support.onByTotp());
  const verify = (totpCode: string) =>
    api.call('VerifySupportUserTotp', { as: admin, json: { totpCode }, ...measured });

  const guess = () => verify(codes.wrong(authenticator));
  const verifies = async () => (await verify(await codes.unused(authenticator))).fields.success === true;

  await mustKeepOut(locks.of(supportUser), guess, verifies, { refused: 'either' });
});

test('guessing/totp-as-mfa-code-is-throttled', async ({ support, codes, locks }) => {
  await locks.wayBack();
  const { authenticator } = await arrange(support.verified());
  const switchOff = (mfaCode: string) => support.patchAny({ enabled: false, mfaCode }, undefined, measured);

  const guess = () => switchOff(codes.wrong(authenticator));
  const isOff = async () => isTaken(switchOff(await codes.unused(authenticator)));
  await mustKeepOut(locks.of(supportUser), guess, isOff);
});

/** Makes every n-th guess send another request first, beginning with the first guess. */
function everyNth(n: number, ask: () => Promise<void>, guess: () => Promise<Answer>) {
  let guessed = 0;
  return async () => {
    if (guessed % n === 0) await ask();
    guessed += 1;
    return guess();
  };
}

test('support-email/wrong-codes-are-throttled', async ({ api, admin, support, mail, locks, connection }) => {
  await locks.wayBack();
  const email = connection.target.supportUser.email ?? '';
  await arrange(support.onByEmail(email));
  const code = await arrange(support.mailedCode(email));
  const wrong = guesses.wrongCodes(code);
  const switchOff = (mfaCode: string) => support.patchAny({ enabled: false, mfaCode }, undefined, measured);

  const guess = () => switchOff(wrong());
  const { after = 0 } = await mustKeepOut(locks.of(supportUser), guess, () => isTaken(switchOff(code)));

  // Codes asked for in between must not restart the count. Without clock control, a second lock would take too long.
  if (after < 2 || !connection.clock.canMove) return;
  const mark = await arrange(mail.mark());
  let promised = 0;
  const ask = async () => {
    if (await isTaken(api.call('SendSupportEmailOtp', { as: admin, ...measured }))) promised += 1;
  };
  const arrived = () => mail.counted(mark, ({ to }) => to.includes(email), promised);
  const newest = () => arrived().then(async () => isTaken(switchOff(await support.mailedCode(email))));
  await mustKeepOut(locks.of(supportUser), everyNth(after - 1, ask, guess), newest);
  await arrived();
});

test('guessing/lock-holds-for-every-credential', async ({ support, codes, users, cluster, locks }) => {
  await locks.wayBack();
  const owner = users.admin();
  if (owner === undefined) arrange.notApplicable('the admin has no password that opens a session');
  await arrange(cluster.asFound());
  const session = owner === undefined ? undefined : await arrange(users.sessions.of(owner));
  const { authenticator } = await arrange(support.verified());
  const switchOff = (mfaCode: string, as?: Credential) =>
    support.patchAny({ enabled: false, mfaCode }, as, measured);

  const guess = () => switchOff(codes.wrong(authenticator));
  const { after, rest } = await guesses.throttling(locks.of(supportUser), guess);
  // A locked target checked no code, so this one is still unused. To wait for another could outlast the lock.
  const code = await codes.unused(authenticator);
  const isLocked = after !== undefined && (await switchOff(code)).status >= 400;
  const elsewhere = await switchOff(code, session);

  if (after !== undefined) await rest();
  if (!isLocked) arrange.notApplicable('the target does not visibly lock an account after wrong codes');
  expect(elsewhere).toBeRefused();
});

test('guessing/current-password-is-throttled', async ({ support, locks, connection }) => {
  await arrange(mfa.requiresPassword(support));
  await arrange(support.off());
  const { email } = connection.target.supportUser;
  const on = { enabled: true, mfaType: 'email', email };
  const change = (more: object = {}) => support.patchAny({ ...on, ...more }, undefined, measured);
  const wrong = guesses.wrongPasswords(mfa.wrongPassword);
  const guess = () => change({ currentPassword: wrong() });

  await mustKeepOut(locks.of(supportPassword), guess, () => isTaken(change()), { of: 'passwords' });
});

test('guessing/support-user-password-is-throttled', async ({ api, admin, support, codes, locks }) => {
  await arrange(mfa.requiresPassword(support));
  await locks.wayBack(supportPassword);
  const { authenticator } = await arrange(support.onByTotp());
  const verify = (supportUserPassword: string | null, totpCode: string) => {
    const json = { totpCode, purpose: 'DisableMfa', supportUserPassword } as const;
    return api.call('VerifySupportUserTotp', { as: admin, json, ...measured });
  };
  const wrong = guesses.wrongPasswords(mfa.wrongPassword);

  // The code is always right, so only the password decides.
  const guess = () => verify(wrong(), codes.at(authenticator, 0));
  const verifies = async () =>
    (await verify(support.password ?? null, await codes.unused(authenticator))).fields.success === true;

  await mustKeepOut(locks.of(supportPassword), guess, verifies, { of: 'passwords', refused: 'either' });
});
