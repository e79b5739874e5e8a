import type { Answer, Api, CodesByMail, Credential, ReceivedMail, SupportMfa } from '../../fixtures/index.js';
import { arrange, configs, demand, expect, memberOf, mfa, supportUser, test } from '../../fixtures/index.js';
import { otherCodes, sameCodeAgain } from './codes.js';
import { onAtAny, onAtOne, ownAddress, twoAddresses } from './support-addresses.js';

/** A target may first ask to confirm the new address. Another requirement is about that. */
const notAtOnce = 'the target does not change the address at once, even with a mailed code';

const changed = (support: SupportMfa, email: string, mfaCode: string): Promise<Answer> =>
  arrange.unlessRefused(support.patch({ ...mfa.emailOn, email, mfaCode }), notAtOnce);

/** Changes the address. If the second is in use, the first may get no code. @returns whether an answer shows the new one */
async function atSecond(support: SupportMfa, email: string, second: string): Promise<boolean> {
  const { enabled, mfaType, email: now } = await support.read();
  const change = async () => {
    await support.ensureEmail(email);
    return changed(support, second, await support.mailedCode(email));
  };
  const isThere = enabled && mfaType === 'email' && now === second;
  const answer = await (isThere ? arrange.ifItCan(change()) : change());
  const isClaimed = memberOf(answer?.body, 'email') === second;
  await showing(support, second, isClaimed);
  return isClaimed;
}

/**
 * Requests a code, waits for its mail, and requests another. By then, all mails of the first request have arrived.
 * @returns the mails with new codes
 */
async function askedTwice(api: Api, as: Credential, mail: CodesByMail, to: string): Promise<ReceivedMail[]> {
  const mark = await arrange(mail.mark());
  const earlier = new Set(mail.seen);
  for (let n = 0; n < 2; n += 1) {
    let asked: Promise<Answer> | undefined;
    const ask = () => {
      asked = arrange.success(api.call('SendSupportEmailOtp', { as }));
      return asked;
    };
    // A missing mail is no obstacle, but a refused request is.
    await mail.codeAsked(supportUser, to, ask).catch(() => asked);
  }
  // Copies of earlier mails may arrive late, so mails with a known code don't count.
  return (await arrange(mail.since(mark))).filter((each) => {
    const code = mail.codeIn(each);
    return code !== undefined && !earlier.has(code);
  });
}

function demandNone(mails: readonly ReceivedMail[], by?: Answer): void {
  const seen = mails.flatMap(({ to }) => to);
  demand(mails.length === 0, { kind: 'mailed', expected: [], seen }, by);
}

test('support-email/codes-follow-the-address', async ({ api, admin, support, mail, connection }) => {
  const { email, second } = twoAddresses(connection.target);
  const before = await arrange(mail.mark());
  const isClaimed = await arrange(atSecond(support, email, second));

  const tells = (body: unknown) =>
    configs.isShownAs(memberOf(body, 'email'), second) && !configs.isShownAs(memberOf(body, 'email'), email);
  const stray = async () => {
    const got = await askedTwice(api, admin, mail, second);
    if (got.length === 0) throw arrange.failure('No code came to the new address or the old one.');
    // GET may hide the address. Then the recipient of the next code shows whether it changed.
    const isChanged = got.some(({ to }) => to.includes(second)) || tells((await support.get()).body);
    // A target that asks to confirm the second address has sent a mail there.
    const isProven = () => mail.since(before).then((all) => all.some(({ to }) => to.includes(second)));
    if (!isChanged && (!isClaimed || (await arrange(isProven())))) arrange.notApplicable(notAtOnce);
    return { got, elsewhere: got.filter(({ to }) => to.includes(email)) };
  };

  if ((await stray()).elsewhere.length === 0) return;
  // The target may mail to the old address for a moment after GET shows the new one.
  await support.rest();
  demandNone((await stray()).elsewhere);
  // Only the first code went astray. So the test changes the address again, and lets that moment pass before it asks.
  await arrange.ifItCan(atSecond(support, email, second));
  await support.rest();
  const first = await arrange.ifItCan(stray());
  // One mail beside those to the new address may be a notice of the change, with a code of its own.
  const isNotice = first?.elsewhere.length === 1 && first.got.length > 2;
  demandNone(isNotice ? [] : (first?.elsewhere ?? []));
});

test('support-email/refused-address-gets-no-code', async ({ api, admin, support, mail, connection }) => {
  // The refused change starts from the first address. Another requirement is about codes to an address used before.
  const { email, second } = twoAddresses(connection.target);
  await arrange(support.ensureEmail(email));
  const refused = await support.patch({ ...mfa.emailOn, email: second });
  if (refused.status < 400)
    throw arrange.failure(`The target answered ${refused.status} to a change without a code.`);
  const got = await askedTwice(api, admin, mail, email);

  const astray = got.filter(({ to }) => to.includes(second));
  demandNone(astray, refused);
});

test('support-email/code-serves-one-change', async ({ support, connection }) => {
  const { email, second } = await arrange(onAtAny(support, connection.target));
  const mfaCode = await arrange(support.mailedCode(email));
  await changed(support, second, mfaCode);
  await showing(support, second);

  await expect.kept(support, { enabled: true, email: second }, [mfa.off({ mfaCode })]);
});

test('support-email/code-serves-one-change-of-two-at-once', async ({ support, connection }) => {
  if (twoAddresses(connection.target).third === undefined)
    arrange.notRun('the target file has fewer than three mail addresses');
  // The third address belongs to a user, so the test needs that account for itself.
  connection.recorder.scope.demand({ users: 1 });
  const { email, second, third } = await arrange(onAtAny(support, connection.target));
  const mfaCode = await arrange(support.mailedCode(email));

  // Each change needs a code, and both carry the same one. So the target may accept only one change.
  const changes = [second, third ?? ''].map((to) => support.patch({ ...mfa.emailOn, email: to, mfaCode }));
  const answers = await Promise.all(changes);

  expect(answers.filter(({ status }) => status < 300).length).toBeAtMost(1, 'accepted answers', ...answers);
});

test('support-email/newer-code-voids-older', async ({ support, connection }) => {
  const email = await arrange(onAtOne(support, connection.target));
  const older = await arrange(support.mailedCode(email));
  const newer = await arrange(support.mailedCode(email));
  if (older === newer) arrange.notApplicable(sameCodeAgain);
  await expect.kept(support, mfa.emailOn, [mfa.off({ mfaCode: older })]);
  // A target may forget which codes are void while support MFA is off.
  await arrange(support.off());
  await arrange(support.onByEmail(email));
  // The code that switched it off voided the second one too.
  const both = [older, newer].map((mfaCode) => mfa.off({ mfaCode }));
  await expect.kept(support, mfa.emailOn, both);
});

test('support-email/mode-not-changed-without-code', async ({ support, connection }) => {
  const email = await arrange(onAtOne(support, connection.target));
  const [mfaCode] = otherCodes(await arrange(support.mailedCode(email)));
  const changes = [{}, { mfaCode }].map((proof) => ({ ...mfa.totpOn, ...proof }));
  await expect.kept(support, mfa.emailOn, changes);
});

test('support-email/address-is-one', async ({ support, connection }) => {
  const { email, second } = twoAddresses(connection.target);
  await arrange(support.off());
  // Support MFA stays off, so a target that stored such an address mails nothing to it.
  for (const separator of separators) {
    const several = `${email}${separator}${second}`;
    const { status } = await support.patch({ enabled: false, email: several });
    const now = await arrange(support.read());
    if (status >= 300) continue;
    if (now.email !== null) await arrange(support.giveBack({ ...now, email: null }));
    expect(now).toHaveOther({ email: several });
  }
});

test('support-email/not-on-without-an-address', async ({ support, connection }) => {
  const email = ownAddress(connection.target);
  await arrange(support.off());
  // A target may keep the address and use it again later.
  if ((await support.read()).email !== null) await arrange(support.giveBack(mfa.nothingSet));
  if ((await support.read()).email !== null)
    arrange.notApplicable('the target keeps the address that support MFA had before');

  await support.patch({ enabled: true, mfaType: 'email' });

  const shown = async () => configs.supportConfigOf((await arrange(support.get())).body);
  const now = await shown();
  if (!now.enabled) return;
  // If support MFA is on without an address, no code can arrive to switch it off. So the test sets the address, or
  // switches to TOTP if the target refuses the address.
  if ((await support.patch({ enabled: true, mfaType: 'email', email })).status >= 400)
    await support.patch({ enabled: true, mfaType: 'totp' });
  if (now.email !== null) return;
  if ((await shown()).email === null)
    arrange.notApplicable('GET does not show the address even if one is set');
  expect(now).toHaveTexts(['email']);
});

/** Between two addresses, a mailer may read these as a separator or as the start of another header field. */
const separators = [',', ', ', ';', ' ', '\r\nBcc: ', '\nCc: ', '%0aBcc: ', '\u0000'];

/** Waits until GET shows the address. If GET never does, the test is not applicable, unless an earlier answer did. */
async function showing(support: SupportMfa, address: string, isClaimed = false): Promise<void> {
  const now = await support.readUntil(({ email }) => email === address);
  if (!isClaimed && !configs.isShownAs(now.email, address)) arrange.notApplicable(notAtOnce);
}
