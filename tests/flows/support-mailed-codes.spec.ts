import type { Answer, Api, CodesByMail, Credential, ReceivedMail, SupportMfa } from '../../fixtures/index.js';
import {
  ArrangeError,
  arrange,
  configs,
  demand,
  expect,
  memberOf,
  mfa,
  supportUser,
  test,
} from '../../fixtures/index.js';
import { sameCodeAgain } from './mailed-codes.js';
import { onAtAny, onAtOne, ownAddress, twoAddresses } from './support-addresses.js';

/** A target may first ask to confirm the new address. Another requirement is about that. */
const notAtOnce = 'a mailed code does not change the address at once';

/** Changes the address. @returns whether the answer shows the new one. Ends the test if the old one gets no code. */
async function atSecond(support: SupportMfa, email: string, second: string): Promise<boolean> {
  let isClaimed = false;
  const { enabled, mfaType, email: now } = await support.read();
  try {
    await support.ensureEmail(email);
    const mfaCode = await support.mailedCode(email);
    const { status, body } = await support.patch({ ...mfa.emailOn, email: second, mfaCode });
    if (status >= 400 && status < 500) arrange.notApplicable(notAtOnce);
    if (status >= 300) throw arrange.failure(`A change of the address was answered ${status}.`);
    isClaimed = memberOf(body, 'email') === second;
  } catch (error) {
    const isThere = enabled && mfaType === 'email' && now === second;
    if (!(error instanceof ArrangeError) || !isThere) throw error;
  }
  if (isClaimed) await support.readUntil(({ email: shown }) => shown === second);
  else await showing(support, second);
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
    let refused: unknown;
    const ask = () =>
      arrange.success(api.call('SendSupportEmailOtp', { as })).catch((error: unknown) => {
        refused = error;
        throw error;
      });
    await mail.codeAsked(supportUser, to, ask).catch((error: unknown) => {
      if (error === refused) throw error;
    });
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

test('support-email/codes-follow-the-address', async ({ api, admin, support, cluster, mail, connection }) => {
  const { email, second } = twoAddresses(connection.target);
  const before = await arrange(mail.mark());
  const isClaimed = await arrange(atSecond(support, email, second));

  const tells = (body: unknown) =>
    configs.isShownAs(memberOf(body, 'email'), second) && !configs.isShownAs(memberOf(body, 'email'), email);
  const stray = async () => {
    const got = await askedTwice(api, admin, mail, second);
    if (got.length === 0)
      throw arrange.failure('No code came, neither to the new address nor to the one before.');
    // GET may hide the address. Then the recipient of the next code shows whether it changed.
    const isChanged = got.some(({ to }) => to.includes(second)) || tells((await support.get()).body);
    // A target that asks to confirm the second address has sent a mail there.
    const isProven = () => mail.since(before).then((all) => all.some(({ to }) => to.includes(second)));
    if (!isChanged && (!isClaimed || (await arrange(isProven())))) arrange.notApplicable(notAtOnce);
    return got.filter(({ to }) => to.includes(email));
  };

  let elsewhere = await stray();
  if (elsewhere.length > 0) {
    // The target may mail to the old address for a moment after GET shows the new one.
    await cluster.rest();
    elsewhere = await stray();
  }
  demandNone(elsewhere);
});

test('support-email/refused-address-gets-no-code', async ({ api, admin, support, mail, connection }) => {
  // The refused change starts from the first address. Another requirement is about codes to an address used before.
  const { email, second } = twoAddresses(connection.target);
  await arrange(support.ensureEmail(email));
  const refused = await support.patch({ ...mfa.emailOn, email: second });
  if (refused.status < 400) throw arrange.failure(`A change without a code was answered ${refused.status}.`);
  const got = await askedTwice(api, admin, mail, email);

  demandNone(
    got.filter(({ to }) => to.includes(second)),
    refused,
  );
});

test('support-email/code-serves-one-change', async ({ support, connection }) => {
  const { email, second } = await arrange(onAtAny(support, connection.target));
  const mfaCode = await arrange(support.mailedCode(email));
  const changed = await support.patch({ ...mfa.emailOn, email: second, mfaCode });
  if (changed.status >= 400 && changed.status < 500) arrange.notApplicable(notAtOnce);
  await arrange.success(Promise.resolve(changed));
  await showing(support, second);

  await expect.kept(support, { enabled: true, email: second }, [mfa.off({ mfaCode })]);
});

test('support-email/code-serves-one-change-of-two-at-once', async ({ support, connection }) => {
  if (twoAddresses(connection.target).third === undefined)
    arrange.notRun('the target file has no three mail addresses');
  // The third address belongs to a user, so the test needs that account for itself.
  connection.recorder.scope.demand({ users: 1 });
  const { email, second, third } = await arrange(onAtAny(support, connection.target));
  const mfaCode = await arrange(support.mailedCode(email));

  // Each change needs a code, and both carry the same one. So the target may accept only one change.
  const answers = await Promise.all(
    [second, third ?? ''].map((to) => support.patch({ ...mfa.emailOn, email: to, mfaCode })),
  );

  expect(answers.filter(({ status }) => status < 300).length).toBeAtMost(1, 'accepted answers', ...answers);
});

test('support-email/newer-code-voids-older', async ({ support, connection }) => {
  const email = await arrange(onAtOne(support, connection.target));
  const older = await arrange(support.mailedCode(email));
  const newer = await arrange(support.mailedCode(email));
  if (older === newer) arrange.notApplicable(sameCodeAgain);
  await expect.kept(support, mfa.emailOn, [mfa.off({ mfaCode: older })]);
});

test('support-email/mode-not-changed-without-code', async ({ support, connection }) => {
  await arrange(onAtOne(support, connection.target));
  await expect.kept(support, mfa.emailOn, [{ enabled: true, mfaType: 'totp' }]);
});

test('support-email/address-is-one', async ({ support, connection }) => {
  const { email, second } = twoAddresses(connection.target);
  await arrange(support.off());
  // Support MFA stays off, so a target that stored such an address mails nothing to it.
  for (const several of severalOf(email, second)) {
    const answer = await support.patch({ enabled: false, email: several });
    const now = await arrange(support.read());
    if (answer.status < 300 && now.email !== null) await arrange(support.giveBack({ ...now, email: null }));
    const isStored = answer.status < 300 && now.email === several;
    if (isStored) expect(now).toHaveOther({ email: several });
  }
});

test('support-email/not-on-without-an-address', async ({ support, connection }) => {
  const email = ownAddress(connection.target);
  await arrange(support.off());
  // A target may keep the address and use it again later.
  if ((await support.read()).email !== null) await arrange(support.giveBack(mfa.nothingSet));
  if ((await support.read()).email !== null) arrange.notApplicable('the target keeps the address');

  await support.patch({ enabled: true, mfaType: 'email' });

  const now = await arrange(support.read());
  // If support MFA is on without an address, no code can arrive to switch it off. So the test sets the address, or
  // switches to TOTP if the target refuses the address.
  if (now.enabled && (await support.patch({ enabled: true, mfaType: 'email', email })).status >= 400)
    await support.patch({ enabled: true, mfaType: 'totp' });
  if (now.enabled && now.email === null) expect(now).toHaveTexts(['email']);
});

/** Returns texts that a mailer may read as two addresses or as additional header fields. Add a line for another. */
function severalOf(first: string, second: string): readonly string[] {
  return [
    `${first},${second}`,
    `${first}, ${second}`,
    `${first};${second}`,
    `${first} ${second}`,
    `${first}\r\nBcc: ${second}`,
    `${first}\nCc: ${second}`,
    `${first}%0aBcc: ${second}`,
    `${first}\u0000${second}`,
  ];
}

async function showing(support: SupportMfa, address: string): Promise<void> {
  const now = await support.readUntil(({ email }) => email === address);
  if (!configs.isShownAs(now.email, address)) arrange.notApplicable(notAtOnce);
}
