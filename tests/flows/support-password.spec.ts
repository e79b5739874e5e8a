import { randomUUID } from 'node:crypto';
import type { Codes, SupportEnrolment, SupportMfa } from '../../fixtures/index.js';
import { arrange, demand, expect, memberOf, mfa, test, textIn } from '../../fixtures/index.js';
import { expectRandom } from './guessable.js';
import { mailedCode } from './support-addresses.js';

for (const [id, passwordOf] of [
  ['support-password/patch-refused-without-password', () => undefined],
  ['support-password/patch-refused-with-wrong-password', mfa.nearPassword],
] as const) {
  test(id, async ({ support, codes, connection, state }) => {
    const currentPassword = passwordOf(support);
    const before = await arrange(mfa.offWithPassword(support, state));
    const { email } = connection.target.supportUser;
    // The caller's own password is as wrong here as any other.
    const own = connection.target.accounts.admin.password?.reveal() ?? support.password;
    const other = currentPassword === undefined ? null : own;

    for (const password of [currentPassword, ...(other === support.password ? [] : [other])]) {
      expect(await support.patchAny({ ...mfa.emailOn, email, currentPassword: password })).toBeRefused();
      expect(await state.changesSince(before)).toBeNone();
    }

    // A right code must not replace the right password.
    const mfaCode = await arrange.ifItCan(mailedCode(support, connection.target));
    if (mfaCode !== undefined)
      await expect.kept(support, mfa.emailOn, [mfa.off({ mfaCode, currentPassword })]);

    // A referenceId must not replace a wrong password. It may replace a missing one, because the target issued it for
    // the right password.
    if (currentPassword === undefined) return;
    const referenceId = await arrange.ifItCan(referenceInForce(support, codes));
    if (referenceId !== undefined)
      await expect.kept(support, mfa.totpOn, [mfa.off({ referenceId, currentPassword })]);
  });
}

test('support-password/read-only-properties-stay', async ({ support }) => {
  // If GET doesn't show the property, the documented default holds.
  const shown = async () => memberOf((await support.get()).body, 'requiresPasswordAuth') !== false;
  await arrange(support.off());
  const before = await arrange(shown());

  // The body omits isQuorumManaged: to change it could make the restore impossible.
  const answer = await support.patchAny({ enabled: false, requiresPasswordAuth: !before });
  const after = await arrange(shown());
  if (after !== before) await support.patchAny({ enabled: false, requiresPasswordAuth: before });

  const member = { pointer: '/requiresPasswordAuth', rule: 'is', expected: before, seen: after } as const;
  demand(after === before, { kind: 'members', any: false, members: [member] }, answer);
});

test('support-reference/given-for-right-code', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.verified());

  const answer = await verifyToDisable(support, await codes.unused(authenticator));

  expect(answer).toVerify();
  expect(answer).toHaveTexts(['referenceId']);
});

test('support-reference/not-given-for-wrong-code', async ({ support, codes }) => {
  // A code of a proven key is known to be right, and with it a referenceId can be used.
  const { authenticator } = await arrange(support.verified());

  const answer = await verifyToDisable(support, codes.wrong(authenticator));

  expect(answer).toNotVerify();
  expect(answer).toHaveNone('referenceId');
});

test('support-reference/not-given-for-wrong-password', async ({ support, codes }) => {
  await arrange(mfa.requiresPassword(support));
  const { authenticator } = await arrange(support.onByTotp());

  const answer = await verifyToDisable(support, await codes.unused(authenticator), mfa.nearPassword(support));

  expect(answer).toHaveNone('referenceId');
});

test('support-reference/not-given-without-password', async ({ api, admin, support, codes }) => {
  await arrange(mfa.requiresPassword(support));
  const { authenticator } = await arrange(support.onByTotp());
  const totpCode = await codes.unused(authenticator);

  const ask = (without: object) => {
    const anyJson = { totpCode, purpose: 'DisableMfa', ...without };
    return api.call('VerifySupportUserTotp', { as: admin, anyJson });
  };
  expect(await ask({})).toHaveNone('referenceId');

  // A refusal may have used the code. Then further tries would show nothing and might lock the support user.
  for (const supportUserPassword of ['', null]) {
    const answer = await arrange.ifItCan(ask({ supportUserPassword }));
    if (answer !== undefined) expect(answer).toHaveNone('referenceId');
  }
});

test('support-reference/not-given-for-verify-otp', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.onByTotp());

  const answer = await support.verify(await codes.unused(authenticator), { purpose: 'VerifyOtp' });

  expect(answer).toVerify();
  expect(answer).toHaveNone('referenceId');
});

test('support-reference/disables-support-mfa', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.verified());
  const referenceId = await arrange(referenceOf(support, await codes.unused(authenticator)));

  expect(await support.patch({ enabled: false, referenceId })).toBeAccepted();
  await expect.shown(support, { enabled: false });
});

test('support-reference/works-once', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.verified());
  const referenceId = await arrange(referenceOf(support, await codes.unused(authenticator)));
  await arrange.success(support.patch({ enabled: false, referenceId }));
  await arrange(support.verified());

  await expect.kept(support, mfa.totpOn, [mfa.off({ referenceId })]);
});

test('support-reference/unknown-is-refused', async ({ support }) => {
  await arrange(support.verified());
  const unknown = [randomUUID(), '', null].map((referenceId) => mfa.off({ referenceId }));

  await expect.kept(support, mfa.totpOn, unknown);

  // A value of a wrong type must not be accepted as a referenceId. Only the effect is checked here; other
  // requirements judge the answers.
  for (const referenceId of [[], {}, true]) await support.patchAny({ enabled: false, referenceId });
  await expect.shown(support, mfa.totpOn);
});

test('support-reference/ids-are-random', async ({ support, codes }) => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.push(await arrange(referenceInForce(support, codes)));
  const { answer: ofKey } = await arrange(support.verified());
  newest.set(support, { referenceId: ids.at(-1) ?? '', ofKey });

  expectRandom(ids, []);
});

test('support-reference/void-after-new-key', async ({ support, codes }) => {
  const referenceId = await arrange(newestReference(support, codes));
  await arrange(support.onByTotp());
  await arrange(support.verified());

  await expect.kept(support, mfa.totpOn, [mfa.off({ referenceId })]);
});

async function referenceInForce(support: SupportMfa, codes: Codes): Promise<string> {
  const { authenticator } = await support.onByTotp();
  return referenceOf(support, await codes.unused(authenticator));
}

function verifyToDisable(support: SupportMfa, code: string, password = support.password) {
  newest.delete(support);
  const known = password === undefined ? {} : { supportUserPassword: password };
  return support.verify(code, { purpose: 'DisableMfa', ...known });
}

async function referenceOf(support: SupportMfa, code: string): Promise<string> {
  const answer = await verifyToDisable(support, code);
  const referenceId = textIn(answer.fields.referenceId);
  if (referenceId !== undefined) return referenceId;
  throw arrange.failure(`A right code for DisableMfa gave no referenceId (${answer.status}).`);
}

interface Reference {
  readonly referenceId: string;
  readonly ofKey: SupportEnrolment['answer'];
}

/** The reference issued last, if no request has used it. */
const newest = new WeakMap<SupportMfa, Reference>();

/** Returns the newest reference of the key in force. Another one would need a new code, so an earlier test keeps its. */
async function newestReference(support: SupportMfa, codes: Codes): Promise<string> {
  const { answer, authenticator } = await support.verified();
  const known = newest.get(support);
  newest.delete(support);
  if (known?.ofKey === answer) return known.referenceId;
  return referenceOf(support, await codes.unused(authenticator));
}
