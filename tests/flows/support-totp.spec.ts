import type { Authenticator, Codes, SupportMfa } from '../../fixtures/index.js';
import { ArrangeError, arrange, expect, mfa, secrets, test, textIn } from '../../fixtures/index.js';
import { areRandom, choosing, isNotChosen, keyChecks, secretMatchesUri, uriIsValid } from './key-checks.js';

// The tests up to disabled-with-current-code share one proven key, because replacing it needs a new code.
test('support-totp/not-disabled-without-code', async ({ support, state }) => {
  await arrange(support.verified());
  const before = await arrange(state.snapshot());
  await expect.kept(support, mfa.totpOn, [mfa.off({})]);
  expect(await state.changesSince(before)).toBeNone();
  await expect.kept(support, mfa.totpOn, [{ mfaCode: null }, { mfaCode: '' }].map(mfa.off));
});

test('support-totp/not-disabled-with-wrong-code', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.verified());
  await expect.kept(support, mfa.totpOn, [mfa.off({ mfaCode: codes.almost(authenticator, 'first') })]);
});

test('support-totp/key-not-replaced-without-code', async ({ support }) => {
  const { answer } = await arrange(support.verified());

  const again = await support.patch({ enabled: true, mfaType: 'totp' });

  if (secrets.handedSecret(again.fields) !== undefined) expect(again).toHoldTheSecretOf(answer);
});

test('support-totp/mode-not-changed-without-code', async ({ support, connection }) => {
  await arrange(support.verified());

  const { email = null } = connection.target.supportUser;
  // The suite can't get codes of salesforce. Only a disposable target may be left in this mode.
  const toSalesforce = connection.target.allow.disposable ? [{ enabled: true, mfaType: 'salesforce' }] : [];
  await expect.kept(support, mfa.totpOn, [{ ...mfa.emailOn, email }, ...toSalesforce]);
});

test('support-totp/later-patch-hides-secret', async ({ support }) => {
  const { answer } = await arrange(support.verified());

  for (const mode of [{}, { mfaType: 'totp' }] as const) {
    const later = await support.patch({ enabled: true, ...mode });

    expect(later).toBeHandled();
    expect(later).not.toHoldTheSecretOf(answer);
  }
});

test('support-totp/disabled-with-current-code', async ({ support, codes }) => {
  const authenticator = await arrange(proven(support));

  expect(await support.patch({ enabled: false, mfaCode: await codes.unused(authenticator) })).toBeAccepted();
  await expect.shown(support, { enabled: false });
});

test('verify-totp/state-starts-anew-with-a-new-key', async ({ support, codes }) => {
  if (support.lastProof === undefined) await arrange(support.verified());
  const { answer, authenticator } = await arrange(support.onByTotp());
  const shown = () => mfa.verificationShown(support, (now) => now !== 'kSuccess');

  expect(await shown()).toHaveOther({ otpVerificationState: 'kSuccess' });
  // A code of the proven key may replace it. A target may refuse that, or return the same key.
  if ((await support.proofs.prove(authenticator)).answer.fields.success !== true) return;
  const mfaCode = await codes.unused(authenticator);
  const { fields } = await support.leave({ enabled: true, mfaType: 'totp', mfaCode });
  const secret = secrets.handedSecret(fields);
  if (secret === undefined || secret === secrets.handedSecret(answer.fields)) return;
  const replaced = await shown();
  // The earlier key may stay in force, and the state be its own, until a code of the new one verifies.
  const isNew =
    mfa.verificationIn(replaced) !== 'kSuccess' || !(await verifies(support, codes, authenticator));
  if (isNew) expect(replaced).toHaveOther({ otpVerificationState: 'kSuccess' });
});

test('verify-totp/state-is-not-success-before-a-right-code', async ({ support, codes, facts }) => {
  const { authenticator } = await arrange(support.onByTotp());
  const enrolled = await mfa.verificationShown(support, (now) => now !== 'kSuccess');
  await arrange(support.verify(codes.wrong(authenticator)));

  const tried = await support.get();

  const [first = null, wrongCode = null] = [enrolled, tried].map(mfa.verificationIn);
  facts.note('verificationStates', { enrolled: first, wrongCode });
  for (const read of [enrolled, tried]) expect(read).toHaveOther({ otpVerificationState: 'kSuccess' });
});

test('support-totp/enabling-gives-secret-and-uri', async ({ support }) => {
  await arrange(support.off());

  const answer = await support.patch({ enabled: true, mfaType: 'totp' });

  expect(answer).toBeAccepted();
  expect(answer).toHaveTextIn(['totpSecretKey', 'totpUri']);
  // A target may switch support MFA on only once a code of the key verifies.
  expect(answer).toShowAtMost({ mfaType: 'totp' });
});

test('support-totp/get-shows-what-was-set', async ({ support }) => {
  await arrange(support.off());
  await arrange.success(support.patch({ enabled: true, mfaType: 'totp' }));
  const shown = await expect.shown(support, { mfaType: 'totp' });

  if (!shown.enabled) await arrange(support.proofs.verifyUnused(support.authenticator));
  await expect.shown(support, mfa.totpOn);
});

for (const [end, check] of keyChecks)
  test(`support-totp/${end}`, async ({ support }) => check((await arrange(support.enrolled())).answer));

test('support-totp/uri-is-key-uri', async ({ support }) =>
  uriIsValid((await arrange(support.enrolled())).answer));

test('support-totp/secret-matches-uri', async ({ support }) => {
  await secretMatchesUri((await arrange(support.enrolled())).answer);

  // A second request may return a new key. It must have both forms too.
  const again = await support.patch({ enabled: true, mfaType: 'totp' });
  const newer = again.status >= 300 ? undefined : await arrange.ifItCan(secrets.usableKeyUri(again));
  const secret = textIn(again.fields.totpSecretKey);
  if (newer !== undefined && secret !== undefined) expect(again).toHoldTheSecretOf(newer);
});

test('support-totp/secrets-are-random', async ({ support }) =>
  areRandom(async () => (await support.onByTotp()).answer, []));

test('support-totp/account-name-is-in-label', async ({ support }) => {
  const { answer } = await arrange(support.enrolled());
  const label = await arrange(secrets.labelOf(answer));

  const name = textIn(answer.fields.accountName);
  if (name === undefined) arrange.notApplicable('the target answers no accountName');
  expect(answer).toBeWellFormed('label', label.includes(name ?? '') ? [] : ['another label']);
});

test('support-totp/client-cannot-choose-secret', async ({ support }) => {
  await arrange(support.off());
  isNotChosen(await support.patchAny({ enabled: true, mfaType: 'totp', ...choosing }));
});

test('support-totp/enrolling-anew-gives-a-fresh-secret', async ({ support }) => {
  const first = await arrange(support.onByTotp());

  const second = await arrange(support.onByTotp());

  expect(second.answer).not.toHoldTheSecretOf(first.answer);
});

test('support-totp/get-never-shows-secret', async ({ support }) => {
  await arrange(support.enrolled());

  const read = await arrange(support.get());

  const names = Object.keys(Object(read.body)).filter((name) => /^totp(?:SecretKey|Uri)$/i.test(name));
  expect(read).toHaveNone(...names);
});

const verifies = async (support: SupportMfa, codes: Codes, authenticator: Authenticator) =>
  (await support.verify(await codes.unused(authenticator))).fields.success === true;

/** Returns a proven key: a new one if the suite may replace the key, otherwise the current one. */
async function proven(support: SupportMfa): Promise<Authenticator> {
  try {
    return (await support.verified()).authenticator;
  } catch (error) {
    if (!(error instanceof ArrangeError)) throw error;
    const { authenticator } = support;
    if ((await support.proofs.verifyUnused(authenticator)).answer.fields.success !== true) throw error;
    return authenticator;
  }
}
