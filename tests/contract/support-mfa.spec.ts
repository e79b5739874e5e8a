import type { SupportConfig, SupportMfa } from '../../fixtures/index.js';
import { addressesOf, arrange, configs, demand, expect, memberOf, mfa, test } from '../../fixtures/index.js';

const names = ['mfaType', 'email'] as const;

/** Sends each property alone. @returns the omitted ones, with the exchanges that show their values afterwards */
async function omittedFrom(support: SupportMfa, state: SupportConfig) {
  const seen = [];
  for (const sent of names) {
    await support.felt();
    const before = configs.supportConfigOf((await arrange(support.get())).body);
    const patch = await support.patch({ [sent]: state[sent] });
    if (patch.status >= 300) continue;
    await support.felt();
    const read = await arrange(support.get());
    const after = configs.supportConfigOf(read.body);
    // If GET doesn't show the property that was sent, or MFA was switched, the PATCH says nothing about omitted ones.
    if (after[sent] === null || after.enabled !== before.enabled) continue;
    for (const name of names)
      if (name !== sent && before[name] !== null)
        seen.push({ name, sent, value: memberOf(read.body, name), patch, read, isOn: after.enabled });
  }
  return seen;
}

test('support-mfa/patches-keep-or-reset-alike', async ({ support, connection, allow }) => {
  const email = connection.target.supportUser.email ?? '';
  const mayEnrol = allow.replaceTotpOf.includes('supportUser');
  const states: readonly SupportConfig[] = [
    { enabled: false, mfaType: 'email', email },
    ...(mayEnrol ? [{ enabled: true, mfaType: 'totp', email }] : []),
    { enabled: true, mfaType: 'email', email },
  ];
  const seen: Awaited<ReturnType<typeof omittedFrom>> = [];
  for (const state of states) {
    await arrange(support.off());
    if ((await support.patch(state)).status < 300) seen.push(...(await omittedFrom(support, state)));
  }

  for (const { name, sent, value, patch, read, isOn } of seen) {
    // While support MFA is off, a target may reset all omitted properties. So the test judges on and off separately.
    const kept = seen.find((each) => each.isOn === isOn && each.value != null);
    if (kept === undefined) continue;
    const members = [{ pointer: `/${name}`, rule: 'is a text', seen: value } as const];
    const way = `after a PATCH of ${sent} alone; one of ${kept.sent} alone kept ${kept.name}`;
    const claim = { kind: 'members', any: false, members } as const;
    demand(value != null, claim, kept.patch, kept.read, patch, { exchange: read.exchange, way });
  }
});

test('support-mfa/get-is-safe', async ({ support }) => {
  const before = await arrange(support.read());

  const reads = [await support.read(), await support.read(), await support.read(), await support.read()];

  expect(reads.flatMap((read) => configs.supportChanges(before, read))).toBeNone();
});

test('support-mfa/unknown-mode-is-not-stored', async ({ api, admin, support }) => {
  await arrange(support.off());
  const before = await arrange(support.read());

  // A lenient target may read `Email` as a documented mode, but it must not store it as written.
  for (const mfaType of ['pigeon', 'Email']) {
    expect(await support.patchAny({ enabled: false, mfaType })).toBeHandled();
    await support.felt();
    const read = await arrange(api.call('GetSupportMFAConfig', { as: admin }));
    await support.patch({ ...before });
    expect(read).toHaveOther({ mfaType });
  }
});

test('support-mfa/refused-patch-changes-nothing', async ({ support, connection, state }) => {
  await arrange(support.off());
  const before = await arrange(state.snapshot());
  // If the target ignores the unknown mode, it may switch MFA on by e-mail. The suite can read mails to this address.
  const email = addressesOf(connection.target).find((address) => address !== before.support.email);
  const body = { ...(email === undefined ? {} : { email }), enabled: true, mfaType: 'pigeon' };
  const answer = await arrange(support.patchAny(body));
  if (answer.status < 400) {
    await arrange(support.giveBack(before.support));
    arrange.notApplicable('the target accepts an unknown mode, so it refused no PATCH');
  }

  expect(await state.changesSince(before)).toBeNone();
});

test('support-totp/refused-patch-keeps-the-enrolment', async ({ support, state }) => {
  await arrange(support.onByTotp());
  const before = await arrange(state.snapshot());

  const { status } = await arrange(support.patchAny({ enabled: false, email: 'no address' }));
  if (status < 300) arrange.notApplicable('the target accepts an invalid address in TOTP mode');

  expect(await state.changesSince(before)).toBeNone();
});

test('support-mfa/apart-from-cluster-mfa', async ({ cluster, support, connection }) => {
  await arrange(support.off());
  // Cluster MFA gets values other than the defaults, so that a reset to the defaults would show, and not both types,
  // so that an added one would.
  await arrange.ifItCan(cluster.on(['totp']));
  const before = await arrange(cluster.read());

  const { mail, supportUser } = connection.target;
  const email = mail && supportUser.email;
  const toEmail = email === undefined ? [] : [() => arrange.ifItCan(support.onByEmail(email))];
  for (const change of [() => support.onByTotp(), () => support.off(), ...toEmail]) {
    await arrange<unknown>(change());
    expect(configs.clusterChanges(before, await cluster.read())).toBeNone();
  }
});

test('support-mfa/voids-no-mailed-code', async ({ users, support }) => {
  await arrange(support.off());
  const user = await arrange(users.mailable());
  const code = await arrange(users.codes.mailed(user));

  // A target may refuse this PATCH because it changes nothing.
  await arrange(support.patch({ enabled: false }));

  const login = await users.login(user, { code, type: 'email' });
  if (login.session === undefined) await arrange.login(users.logins.byNewMail(user));
  expect(login).toOpenSession();
});

test('support-mfa/not-on-without-a-mode', async ({ support }) => {
  await arrange(support.off());
  if ((await support.read()).mfaType !== null) await arrange(support.giveBack(mfa.nothingSet));
  if ((await support.read()).mfaType !== null)
    arrange.notApplicable('the target keeps the mode that support MFA had before');

  await support.patch({ enabled: true });

  const read = await arrange(support.get());
  // Without a mode there are no codes, so the target may refuse to switch off. The test then sets the mode
  // TOTP, whose codes can switch it off.
  if ((await support.read()).enabled && (await support.patch({ enabled: false })).status >= 400)
    await support.patch({ enabled: true, mfaType: 'totp' });
  const isOpen = memberOf(read.body, 'enabled') === true && memberOf(read.body, 'mfaType') === null;
  if (isOpen) expect(read).toHaveTexts(['mfaType']);
});

type Halves = Readonly<{ email: string; mfaType: 'totp' | 'email' }>;

/** The PATCHes that together set both properties, one each. Support MFA stays off. */
const halvesOf = (support: SupportMfa, { email, mfaType }: Halves) => [
  () => support.patch({ enabled: false, email }),
  () => support.patch({ enabled: false, mfaType }),
];

/** Waits until GET shows both properties. @returns what it shows */
async function stored(support: SupportMfa, { email, mfaType }: Halves) {
  const isStored = (read: SupportConfig) => read.email === email && read.mfaType === mfaType;
  const now = await support.readUntil(isStored);
  return { seen: { email: now.email, mfaType: now.mfaType }, isSo: isStored(now) };
}

test('support-mfa/parallel-patches-lose-nothing', async ({ support }) => {
  await arrange(support.off());
  const first = { email: 'two@mfa-conformance.example', mfaType: 'totp' } as const;
  const states = [first, { email: 'one@mfa-conformance.example', mfaType: 'email' } as const];
  for (const state of states) {
    for (const patch of halvesOf(support, state))
      await arrange.unlessRefused(patch(), 'the target refuses changes while support MFA is off');
    if (!(await stored(support, state)).isSo)
      arrange.notApplicable('the target does not keep both mode and address while support MFA is off');
  }

  for (const state of [...states, first]) {
    const answers = await Promise.all(halvesOf(support, state).map((patch) => patch()));
    // A target may ask one of the concurrent requests to retry.
    if (answers.some(({ status }) => status >= 300)) continue;
    const { seen, isSo } = await stored(support, state);
    demand(isSo, { kind: 'whole', allowed: [state], seen }, ...answers);
  }
});
