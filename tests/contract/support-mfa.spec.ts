import {
  addressesOf,
  arrange,
  changesShown,
  clusterChanges,
  expect,
  memberOf,
  notApplicable,
  supportChanges,
  test,
} from '../../fixtures/index.js';

const nothingSet = { enabled: false, mfaType: null, email: null };

test('support-mfa/get-is-safe', async ({ support }) => {
  const before = await arrange(support.read());

  const reads = [await support.read(), await support.read(), await support.read(), await support.read()];

  expect(reads.flatMap((read) => supportChanges(before, read))).toBeNone();
});

test('support-mfa/unknown-mode-is-not-stored', async ({ api, admin, support, connection }) => {
  await arrange(support.off());
  const before = await arrange(support.read());

  // A lenient target may read the second one as a documented mode; as written it is none.
  for (const mfaType of ['pigeon', 'Email']) {
    expect(await support.patchAny({ enabled: false, mfaType })).toBeHandled();
    await changesShown(connection);
    const read = await arrange(api.call('GetSupportMFAConfig', { as: admin }));
    await support.patch({ ...before });
    expect(read).toHaveOther({ mfaType });
  }
});

test('support-mfa/refused-patch-changes-nothing', async ({ support, connection, state }) => {
  await arrange(support.off());
  const before = await arrange(state.snapshot());
  // An address that the suite reads: a target that ignores the mode may switch to e-mail.
  const email = addressesOf(connection.target).find((address) => address !== before.support.email);
  const body = { ...(email === undefined ? {} : { email }), enabled: true, mfaType: 'pigeon' };
  const answer = await arrange(support.patchAny(body));
  if (answer.status < 400) {
    await arrange(support.giveBack(before.support));
    notApplicable('the target takes an unknown mode: nothing was refused');
  }

  expect(await state.changesSince(before)).toBeNone();
});

test('support-totp/refused-patch-keeps-the-enrolment', async ({ support, state }) => {
  await arrange(support.onByTotp());
  const before = await arrange(state.snapshot());

  const { status } = await arrange(support.patchAny({ enabled: false, email: 'no address' }));
  if (status < 300) notApplicable('the target takes any text as an address');

  expect(await state.changesSince(before)).toBeNone();
});

test('support-mfa/apart-from-cluster-mfa', async ({ cluster, support }) => {
  await arrange(support.off());
  const before = await arrange(cluster.read());

  await arrange(support.onByTotp());

  expect(clusterChanges(before, await cluster.read())).toBeNone();
});

test('support-mfa/voids-no-mailed-code', async ({ users, support }) => {
  await arrange(support.off());
  const user = await arrange(users.mailable());
  const code = await arrange(users.codes.mailed(user));

  // A target may refuse it because it changes nothing.
  await arrange(support.patch({ enabled: false }));

  const login = await users.login(user, { code, type: 'email' });
  if (login.session === undefined)
    await arrange.login(
      users.login(user, { code: await users.codes.mailed(user), type: 'email', expects: 'accepted' }),
    );
  expect(login).toOpenSession();
});

test('support-mfa/not-on-without-a-mode', async ({ support }) => {
  await arrange(support.off());
  if ((await support.read()).mfaType !== null) await arrange(support.giveBack(nothingSet));
  if ((await support.read()).mfaType !== null) notApplicable('the target keeps the mode');

  await support.patch({ enabled: true });

  const read = await arrange(support.get());
  // An unknown mode has no codes: the suite switches to a documented one to restore the state.
  if ((await support.read()).enabled && (await support.patch({ enabled: false })).status >= 400)
    await support.patch({ enabled: true, mfaType: 'totp' });
  const isOpen = memberOf(read.body, 'enabled') === true && memberOf(read.body, 'mfaType') === null;
  if (isOpen) expect(read).toHaveTexts(['mfaType']);
});
