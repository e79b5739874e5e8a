import type { ClusterConfig, ClusterMfa } from '../../fixtures/index.js';
import { arrange, configs, expect, isSince, memberOf, mfa, test } from '../../fixtures/index.js';

test('mfa-config/get-is-safe', async ({ cluster }) => {
  const before = await arrange(cluster.read());

  const reads = [await cluster.read(), await cluster.read(), await cluster.read(), await cluster.read()];

  expect(reads.flatMap((read) => configs.clusterChanges(before, read))).toBeNone();
});

test('mfa-config/put-round-trip', async ({ cluster, state }) => {
  await arrange(cluster.asFound());
  const before = await arrange(cluster.read());

  await arrange.unlessRefused(cluster.put(before), 'the target refuses a PUT that changes nothing');

  const after = await state.clusterOnce(before);
  expect(configs.clusterChanges(before, after)).toBeNone();
});

test('mfa-config/put-is-idempotent', async ({ cluster, state }) => {
  await arrange(cluster.asFound());
  const config = await arrange(cluster.read());
  await arrange(cluster.put(config));
  const once = await arrange(state.clusterOnce(config));

  // A target may refuse the second PUT because it changes nothing.
  await arrange(cluster.put(config));

  const twice = await state.clusterOnce(once);
  expect(configs.clusterChanges(once, twice)).toBeNone();
});

test('mfa-config/stores-enabled', async ({ cluster }) => {
  const found = await arrange(cluster.found());
  // The types in use stay in the list, so that users keep theirs even while the test switches cluster MFA off and on.
  const inUse = found.enabled ? (found.authenticationTypes ?? []) : [];
  const authenticationTypes = [...new Set(['totp', 'email', ...inUse])];

  // A target may refuse a PUT that changes nothing. So the first PUT switches MFA, and the second switches it back.
  const before = await arrange(cluster.known());
  for (const enabled of [!before.enabled, before.enabled]) {
    await arrange.success(cluster.put({ authenticationTypes, retainUserMfaSettings: true, enabled }));
    await expect.shown(cluster, { enabled });
  }
});

/** Stores these types. @returns what GET shows then, or undefined if the target refuses the PUT as it may */
async function storedTypes(cluster: ClusterMfa, authenticationTypes: readonly string[], mayRefuse: boolean) {
  const isSo = (now: ClusterConfig) =>
    now.enabled && configs.setOf(now.authenticationTypes) === configs.setOf(authenticationTypes);
  const before = await arrange(cluster.assumed());
  // MFA is on here, because a target may hide the types while it is off.
  const put = await cluster.put({ enabled: true, authenticationTypes, retainUserMfaSettings: true });
  // These types may be stored already, and a target may refuse a PUT that changes nothing.
  if ((isSo(before) && isRefused(put)) || (mayRefuse && put.status >= 400)) return undefined;
  await arrange.success(Promise.resolve(put));
  return cluster.readUntil(isSo);
}

test('mfa-config/stores-authentication-types', async ({ api, cluster, allow }) => {
  const found = await arrange(cluster.found());
  const all = [...new Set(['totp', 'email', ...(found.authenticationTypes ?? [])])];
  // If MFA was found on, users keep the types that they had.
  const first = found.enabled ? (found.authenticationTypes ?? all) : ['totp'];
  const some = configs.setOf(first) === configs.setOf(all) ? [all] : [first, all];
  // A target that is not connected to Salesforce may refuse all three types.
  const three = [...new Set([...all, 'salesforce'])];
  const wanted = allow.disposable && isSince(api.contract.release, '6.8.1') ? [...some, three] : some;

  const read = [];
  for (const authenticationTypes of wanted) {
    const now = await storedTypes(cluster, authenticationTypes, authenticationTypes === three);
    if (now !== undefined) read.push({ now, authenticationTypes });
  }
  // A third type is not left behind.
  if (read.at(-1)?.authenticationTypes === three)
    await arrange.success(
      cluster.put({ enabled: true, authenticationTypes: all, retainUserMfaSettings: true }),
    );
  await arrange(cluster.asFound());

  if (read.length === 0) arrange.notApplicable('the target refuses a PUT that changes nothing');
  for (const { now, authenticationTypes } of read) expect(now).toHaveMembers({ authenticationTypes });
});

/** Stores the value. @returns what GET shows then, or undefined if the target refuses the PUT as it may */
async function storedRetain(cluster: ClusterMfa, retainUserMfaSettings: boolean) {
  const before = await arrange(cluster.read());
  const put = await cluster.put({ ...before, retainUserMfaSettings });
  const mayBeRefused = !retainUserMfaSettings || before.retainUserMfaSettings === true;
  if (mayBeRefused && isRefused(put)) return undefined;
  // A target that hides the property may refuse this PUT, because it seems to change nothing. Then the test
  // sets the property by a PUT that also switches MFA.
  if (isRefused(put)) await arrange(switchTo(cluster, !before.enabled, mfa.bothTypes));
  else await arrange.success(Promise.resolve(put));
  // The document allows a target to omit this property, and then from all answers.
  return cluster.readUntil((read) => (read.retainUserMfaSettings ?? false) === retainUserMfaSettings);
}

test('mfa-config/stores-retain-user-mfa-settings', async ({ cluster, allow }) => {
  await arrange(cluster.asFound());
  const found = await arrange(cluster.found());
  // The value false may delete keys, so only a disposable target gets it. The document allows the target to refuse it.
  let tried = 0;
  let isShown = false;
  const store = async (retainUserMfaSettings: boolean) => {
    const now = await storedRetain(cluster, retainUserMfaSettings);
    if (now === undefined) return;
    isShown ||= now.retainUserMfaSettings !== null;
    const isMember = async () => memberOf((await cluster.get()).body, 'retainUserMfaSettings') !== undefined;
    if (isShown && (retainUserMfaSettings || (await isMember())))
      expect(now).toHaveMembers({ retainUserMfaSettings });
    tried += 1;
  };
  for (const retain of allow.disposable ? [true, false] : [true]) await store(retain);
  // Where GET hides the property, further waits for it would be in vain.
  const mayBeOn = isShown && allow.disposable && !found.enabled;
  if (mayBeOn && (await arrange.ifItCan(cluster.on(mfa.bothTypes))) !== undefined)
    for (const retain of [false, true]) await store(retain);
  await arrange(switchTo(cluster, found.enabled, []));
  if (tried === 0) arrange.notApplicable('the target refuses a PUT that changes nothing');
});

test('mfa-config/on-without-retaining-needs-codes', async ({ users, cluster }) => {
  const { user } = await arrange(users.enrolled());
  if ((await users.logins.byPasswordAlone(user)).session !== undefined)
    throw arrange.failure('The password alone opens a session even where MFA retains the settings of users.');
  for (const retain of [{ retainUserMfaSettings: false }, { retainUserMfaSettings: null }, {}]) {
    await arrange(cluster.off());
    const answer = await cluster.put({ enabled: true, authenticationTypes: mfa.bothTypes, ...retain });
    if (answer.status >= 300 || !(await cluster.readUntil(({ enabled }) => enabled)).enabled) continue;
    let login = await users.logins.byPasswordAlone(user);
    // The PUT may have deleted the user's key, and a target may ask users without one for no code.
    const isWithoutKey = login.session !== undefined;
    if (isWithoutKey && users.whileOn.needs('CreateTotpKey')) continue;
    if (isWithoutKey && (await arrange.ifItCan(users.codes.enrol(user))) === undefined) continue;
    if (isWithoutKey) login = await users.logins.byPasswordAlone(user);

    expect(login).toBeRefused();
  }
  await arrange(cluster.off());
  await arrange(users.codes.enrol(user));
  await arrange(users.switchedOn(user));
  await arrange.login(users.logins.byNewKey(user));
});

test('mfa-config/unknown-property-is-not-stored', async ({ cluster, api, admin }) => {
  await arrange(cluster.asFound());
  const before = await arrange(cluster.read());

  expect(await cluster.putAny({ ...before, xProbe: 1 })).toBeHandled();
  expect(await api.call('GetMFAConfig', { as: admin })).toHaveNone('xProbe');
});

test('mfa-config/unknown-property-spoils-no-other', async ({ cluster }) => {
  await arrange(cluster.on(['totp']));
  const config = { enabled: true, authenticationTypes: mfa.bothTypes };

  const put = await cluster.putAny({ ...config, retainUserMfaSettings: true, xProbe: 1 });
  if (isRefused(put)) arrange.notApplicable('the target refuses properties that the document lacks');

  await expect.shown(cluster, config);
  await arrange(cluster.asFound());
});

/** An unknown type, which is a part of `totp`. A target that searches for it as a text would find it. */
const partOfType = 'tot';

test('mfa-config/unknown-type-is-not-stored', async ({ api, admin, cluster }) => {
  const { before, answer } = await ofUnknownType(cluster);

  expect(answer).toBeHandled();
  await cluster.felt();
  const read = await arrange(api.call('GetMFAConfig', { as: admin }));
  await cluster.put(before);
  expect(read).toLack({ authenticationTypes: partOfType });
});

test('mfa-config/unknown-type-is-refused', async ({ cluster }) => {
  const { before, answer } = await ofUnknownType(cluster);

  await cluster.put(before);
  expect(answer).toBeRefused();
});

async function ofUnknownType(cluster: ClusterMfa) {
  await arrange(cluster.asFound());
  const before = await arrange(cluster.read());
  const authenticationTypes = [...(before.authenticationTypes ?? []), partOfType];
  return { before, answer: await cluster.putAny({ ...before, authenticationTypes }) };
}

async function switchTo(cluster: ClusterMfa, isOn: boolean, types: readonly string[]): Promise<void> {
  if (isOn) await cluster.on(types);
  else await cluster.off();
}

function isRefused({ status }: { readonly status: number }): boolean {
  return status >= 400 && status < 500;
}

test('mfa-config/viewer-is-shown-the-same', async ({ api, users, cluster }) => {
  await arrange(users.sessions.viewer());
  await arrange(cluster.on(mfa.bothTypes));
  // The switch may have ended the viewer's session, so the test gets it here.
  const as = await arrange(users.sessions.viewer());

  const get = () => api.call('GetMFAConfig', { as });
  const answer = await arrange(
    cluster.settles(get, ({ status, fields }) => status >= 300 || fields.enabled === true),
  );

  if (answer.status >= 300) arrange.notApplicable('a viewer may not call GET /mfa-config');
  expect(answer).toHaveMembers({ enabled: true });
});
