import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, demand, expect, test } from '../../fixtures/test.js';
import { keepsOut, noThrottle, throttling, wrongCodes } from '../../fixtures/throttling.js';
import { supportUser } from '../../src/target/connection/attempts.js';
import type { Credential } from '../../src/wire/http/credential.js';
import { requiresPassword, wrongPassword } from '../flows/support-password.js';
import { throttlingIsTested } from './locked.js';

const supportPassword = 'password of supportUser';

test('guessing/verify-totp-is-throttled', async ({ api, admin, support, codes, locks }) => {
  const { authenticator } = await arrange(support.onByTotp());
  const verify = (totpCode: string) =>
    api.call('VerifySupportUserTotp', { as: admin, json: { totpCode }, throttlingIsTested });

  const row = await throttling(locks.of(supportUser), () => verify(codes.wrong(authenticator)), {
    refused: 'either',
  });

  const isTaken = async () => (await verify(await codes.unused(authenticator))).fields.success === true;
  demand(await keepsOut(row, isTaken), noThrottle, row.last);
});

test('guessing/totp-as-mfa-code-is-throttled', async ({ support, codes, locks }) => {
  await locks.wayBack();
  const { authenticator } = await arrange(support.verified());
  const switchOff = (mfaCode: string) =>
    support.patchAny({ enabled: false, mfaCode }, undefined, { throttlingIsTested });

  const row = await throttling(locks.of(supportUser), () => switchOff(codes.wrong(authenticator)));

  const isTaken = async () => (await switchOff(await codes.unused(authenticator))).status < 400;
  demand(await keepsOut(row, isTaken), noThrottle, row.last);
});

test('support-email/wrong-codes-are-throttled', async ({ support, locks, connection }) => {
  await locks.wayBack();
  const email = connection.target.supportUser.email ?? '';
  await arrange(support.onByEmail(email));
  const code = await arrange(support.mailedCode(email));
  const wrong = wrongCodes(code);
  const switchOff = (mfaCode: string) =>
    support.patchAny({ enabled: false, mfaCode }, undefined, { throttlingIsTested });

  const row = await throttling(locks.of(supportUser), () => switchOff(wrong()));

  const isTaken = async () => (await switchOff(code)).status < 400;
  demand(await keepsOut(row, isTaken), noThrottle, row.last);
});

test('guessing/lock-holds-for-every-credential', async ({ support, codes, users, cluster, locks }) => {
  await locks.wayBack();
  const owner = users.admin();
  if (owner === undefined) notApplicable('the admin has no password that a session opens with');
  await arrange(cluster.asFound());
  const session = owner === undefined ? undefined : await arrange(users.session(owner));
  const { authenticator } = await arrange(support.verified());
  const switchOff = (mfaCode: string, as?: Credential) =>
    support.patchAny({ enabled: false, mfaCode }, as, { throttlingIsTested });

  const { after, rest } = await throttling(locks.of(supportUser), () =>
    switchOff(codes.wrong(authenticator)),
  );
  // What is locked has not looked at the code. Another one might have to wait until the lock is over.
  const code = await codes.unused(authenticator);
  const isLocked = after !== undefined && (await switchOff(code)).status >= 400;
  const elsewhere = await switchOff(code, session);

  if (after !== undefined) await rest();
  if (!isLocked) notApplicable('wrong codes keep the right one out at no time');
  expect(elsewhere).toBeRefused();
});

test('guessing/current-password-is-throttled', async ({ support, locks, connection }) => {
  await arrange(requiresPassword(support));
  await arrange(support.off());
  const { email } = connection.target.supportUser;
  const on = { enabled: true, mfaType: 'email', email };
  let n = 0;

  const row = await throttling(locks.of(supportPassword), () => {
    n += 1;
    const change = { ...on, currentPassword: `${wrongPassword}-${n}` };
    return support.patchAny(change, undefined, { throttlingIsTested });
  });

  const isTaken = async () => (await support.patchAny(on, undefined, { throttlingIsTested })).status < 400;
  demand(await keepsOut(row, isTaken), { ...noThrottle, of: 'passwords' }, row.last);
});

test('guessing/support-user-password-is-throttled', async ({ api, admin, support, codes, locks }) => {
  await arrange(requiresPassword(support));
  await locks.wayBack(supportPassword);
  const { authenticator } = await arrange(support.onByTotp());
  const verify = (supportUserPassword: string | null, totpCode: string) =>
    api.call('VerifySupportUserTotp', {
      as: admin,
      json: { totpCode, purpose: 'DisableMfa', supportUserPassword },
      throttlingIsTested,
    });
  let n = 0;

  // The code is right: the password alone decides.
  const guess = () => {
    n += 1;
    return verify(`${wrongPassword}-${n}`, codes.at(authenticator, 0));
  };
  const row = await throttling(locks.of(supportPassword), guess, { refused: 'either' });

  const isTaken = async () =>
    (await verify(support.password ?? null, await codes.unused(authenticator))).fields.success === true;
  demand(await keepsOut(row, isTaken), { ...noThrottle, of: 'passwords' }, row.last);
});
