import { randomUUID } from 'node:crypto';
import type { Connection } from '../../fixtures/index.js';
import { arrange, expect, memberOf, mfa, secrets, test } from '../../fixtures/index.js';
import { ownAddress } from './support-addresses.js';

test('support-configure/totp-gives-secret-and-uri', async ({ support }) => {
  await arrange(support.off());

  const put = await support.configure({ mfaType: 'totp' });
  expect(put).toBeAccepted();
  // A target may return the key only in the answer that switches support MFA on.
  const isGiven = ['totpSecretKey', 'totpUri'].some((name) => memberOf(put.body, name) != null);
  const answer = isGiven ? put : await support.patch({ enabled: true });

  expect(answer).toHaveTextIn(['totpSecretKey', 'totpUri']);
  const { totpSecretKey, totpUri } = answer.fields;
  if (totpSecretKey === undefined || totpUri === undefined) return;
  expect(answer).toHoldTheSecretOf(await arrange(secrets.usableKeyUri(answer)));
});

test('support-configure/mode-and-address-are-kept', async ({ support, connection }) => {
  const email = ownAddress(connection.target);
  await arrange(support.off());

  expect(await support.configure({ mfaType: 'email', email })).toBeAccepted();
  const answer = await support.patch({ enabled: true });

  // If the PUT already switched support MFA on, the target may refuse the PATCH that switches it on.
  if (!(await support.read()).enabled) expect(answer).toBeAccepted();
  await expect.shown(support, { ...mfa.emailOn, email });
});

test('support-configure/leaves-enabled-alone', async ({ support, connection }) => {
  await arrange(support.off());
  await arrange(support.configure({ mfaType: 'email', email: ownAddress(connection.target) }));

  expect(await support.read()).toHaveMembers({ enabled: false });
});

test('support-configure/refuses-without-password', async ({ support, connection, state }) => {
  const before = await arrange(mfa.offWithPassword(support, state));
  const email = newAddress(connection);

  expect(await support.configureAny({ mfaType: 'email', email, currentPassword: undefined })).toBeRefused();
  expect(await state.changesSince(before)).toBeNone();

  const enrolled = await arrange.ifItCan(support.onByTotp());
  if (enrolled === undefined) return;
  const on = await arrange(state.snapshot());
  for (const currentPassword of [undefined, null]) {
    const again = await support.configureAny({ mfaType: 'totp', email, currentPassword });
    expect(again).toBeRefused();
    expect(again).toHaveNone('totpUri', 'totpSecretKey');
  }
  expect(await state.changesSince(on)).toBeNone();
});

test('support-configure/refuses-wrong-current-password', async ({ support, codes, connection, state }) => {
  const before = await arrange(mfa.offWithPassword(support, state));
  const email = newAddress(connection);

  // A target that compares passwords without case would take this one.
  const right = connection.target.supportUser.password?.reveal() ?? '';
  const other = [right.toLowerCase(), right.toUpperCase()].find((each) => each !== right);
  const currentPassword = other ?? mfa.nearPassword(support);

  expect(await support.configure({ mfaType: 'email', email, currentPassword })).toBeRefused();
  expect(await state.changesSince(before)).toBeNone();

  // GET doesn't show the key. So the test tries a code of the earlier key, which must still verify.
  const enrolled = await arrange.ifItCan(support.onByTotp());
  if (enrolled === undefined) return;
  expect(
    await support.configure({ mfaType: 'totp', currentPassword: mfa.nearPassword(support) }),
  ).toBeRefused();
  const { answer: kept } = await support.proofs.verifyUnused(enrolled.authenticator);
  // Wrong passwords may lock the support user. If a new key's code doesn't verify either, the test shows nothing.
  if (kept.fields.success !== true) {
    const { authenticator } = await arrange(support.onByTotp());
    const { status, fields } = await arrange(support.verify(await codes.unused(authenticator)));
    if (fields.success !== true) throw arrange.failure(`A right code of a new key was answered ${status}.`);
  }
  expect(kept).toVerify();
});

/** Returns an address that no earlier test used. If GET shows it, the target stored a refused change. */
function newAddress(connection: Connection): string {
  return ownAddress(connection.target).replace(/@(?=[^@]*$)/, `+${randomUUID().slice(0, 8)}@`);
}
