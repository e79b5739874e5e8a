import type {
  Answer,
  Authenticator,
  Codes,
  SupportConfig,
  SupportMfa,
  Users,
  Verified,
} from '../../fixtures/index.js';
import {
  ArrangeError,
  arrange,
  authenticatorOf,
  culpritOf,
  expect,
  expectShown,
  handedUri,
  isShownAs,
  supportChanges,
  test,
  totpOn,
} from '../../fixtures/index.js';
import { twoAddresses } from './support-addresses.js';
import { changesWithoutCode, offWithoutCode, otherFactors, type Row } from './support-proofs.js';

test('support-email/no-change-without-proof', async ({ support, connection }) => {
  const { email: address, second } = twoAddresses(connection.target);
  await arrange(support.ensureEmail(address));
  demandRefused(await support.patch({ enabled: false }));
  demandRefused(await support.patch({ enabled: true, mfaType: 'email', email: second }));
  const { disposable } = connection.target.allow;
  const rows = changesWithoutCode(await arrange(support.mailedCode(address)), address, second, disposable);

  await expectUnchanged(
    support,
    rows,
    ({ enabled, email }) => !enabled || email !== address,
    () => support.onByEmail(address),
  );
});

// The following tests share a proven key: replacing it costs a new code.
test('support-totp/parallel-enrolments-leave-one-key', async ({ support, codes }) => {
  await arrange(support.off());
  const answers = await Promise.all([1, 2].map(() => support.patch({ enabled: true, mfaType: 'totp' })));

  const uris = answers.map(({ fields }) => handedUri(fields));
  // A target may return a pending key again.
  const withKey = answers.filter((_, at) => uris[at] !== undefined && uris.indexOf(uris[at]) === at);
  if (withKey.length === 0) throw arrange.failure('Neither of two enrolments at once gave a key.');
  // Before any right code: after it, a wrong one may show where the proof was, which other tests look for.
  const wrong = await support.verify(codes.wrong(support.authenticator));
  if (wrong.fields.success === true) throw arrange.failure('Wrong codes verify as well.');
  const verified: (Verified & { readonly answer: (typeof answers)[number] })[] = [];
  // Usually the last request's key is in force: a refused code is tried again.
  for (const answer of withKey.reverse()) {
    // The proven key can switch support MFA off, however the test ends.
    const authenticator = verified.length === 0 ? support.hold(answer) : keyOf(answer);
    const { code, answer: told } =
      verified.length === 0
        ? await support.proofs.prove(authenticator)
        : await once(support, codes, authenticator);
    if (told.fields.success === true) verified.push({ answer, authenticator, code });
  }
  // The held key can switch support MFA off; if several or none verify, any one of them can.
  const one = verified.length === 0 ? withKey.map((answer) => ({ answer })) : [];
  for (const key of verified.length > 1 ? verified.reverse() : one) {
    support.hold(key.answer, 'code' in key ? key : undefined);
    if (await isOff(support)) break;
  }
  expect(verified.length).toBeAtMost(1, 'keys in force', ...answers);
});

test('support-totp/no-change-without-proof', async ({ support, users, connection }) => {
  const rows = [...offWithoutCode, ...((await arrange.ifItCan(offInSession(users))) ?? [])];
  await arrange(support.verified());
  demandRefused(await support.patch({ enabled: false }));

  await expectUnchanged(
    support,
    rows,
    ({ enabled }) => !enabled,
    () => support.verified(),
  );

  // Other requirements test whether another factor is accepted; a refusal must not void the proof.
  for (const body of otherFactors(connection.target.allow.disposable)) {
    if ((await support.patchAny(body)).status < 400) return;
    expect(await support.patch({ enabled: false })).toBeRefused();
    await expectShown(support, totpOn);
  }
});

test('support-totp/not-disabled-by-mail-to-a-new-address', async ({
  api,
  admin,
  support,
  mail,
  connection,
}) => {
  const { email, second } = twoAddresses(connection.target);
  await arrange(support.verified());
  const { email: before } = await arrange(support.read());
  const address = isShownAs(before, second) ? email : second;
  const mark = await arrange(mail.mark(address));

  // A refusal at any step is right, and so is no mail.
  if ((await support.patch({ email: address })).status >= 400) return;
  if ((await api.call('SendSupportEmailOtp', { as: admin })).status >= 300) return;
  const mfaCode = await arrange.ifItCan(mail.codeTo(address, mark, new Set(mail.seen)));
  if (mfaCode === undefined) return;
  expect(await support.patch({ enabled: false, mfaCode })).toBeRefused();
  await expectShown(support, totpOn);
});

async function expectUnchanged(
  support: SupportMfa,
  rows: readonly Row[],
  isBroken: (now: SupportConfig) => boolean,
  again: () => Promise<unknown>,
): Promise<void> {
  const before = await support.read();
  const found = await culpritOf({
    tries: rows,
    send: (row) => send(support, row),
    changes: async () => {
      const after = await support.read();
      return isBroken(after) ? supportChanges(before, after) : [];
    },
    again: () => arrange(again()),
  });
  const [row, ...others] = found?.tries ?? [];
  const way = others.length > 0 ? 'several of them, one after the other' : row?.what;
  if (found?.answer !== undefined) expect(found.answer).toHaveChangedNothing(found.changes, way ?? '');
}

/** The admin's session, in place of an API key, doesn't replace a code either. */
async function offInSession(users: Users): Promise<readonly Row[]> {
  const admin = users.admin();
  if (admin === undefined) return [];
  const as = await users.sessions.of(admin);
  return [{ what: "switching off with the admin's login", as, bodies: [{ enabled: false }] }];
}

/** @throws ArrangeError if the plain request succeeds without a code, which another requirement reports */
function demandRefused({ status }: Answer): void {
  if (status < 400) throw arrange.failure(`A change without a code was answered ${status}.`);
}

async function send(support: SupportMfa, { bodies, as }: Row): Promise<Answer> {
  const [first, ...others] = bodies.map(
    (body) => () => (typeof body === 'string' ? support.patchText(body) : support.patchAny(body, as)),
  );
  if (first === undefined) throw arrange.failure('There is nothing to send.');
  let answer = await first();
  for (const other of others) answer = await other();
  return answer;
}

/** The key in an answer, which the suite doesn't hold yet. */
function keyOf({ fields }: Awaited<ReturnType<SupportMfa['patch']>>): Authenticator {
  const authenticator = authenticatorOf(handedUri(fields) ?? '');
  if (authenticator === undefined) throw arrange.failure('One of two keys made at once is unusable.');
  return authenticator;
}

async function once(support: SupportMfa, codes: Codes, authenticator: Authenticator) {
  const code = await codes.unused(authenticator);
  return { code, answer: await support.verify(code) };
}

async function isOff(support: SupportMfa): Promise<boolean> {
  try {
    await support.off();
    return true;
  } catch (error) {
    if (error instanceof ArrangeError) return false;
    throw error;
  }
}
