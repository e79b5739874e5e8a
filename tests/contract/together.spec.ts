import type { Answer, ClusterConfig, ClusterMfa, Target, User, Users } from '../../fixtures/index.js';
import { ArrangeError, arrange, configs, demand, expect, memberOf, mfa, test } from '../../fixtures/index.js';

test('mfa-config/part-keeps-or-resets', async ({ cluster, facts }) => {
  await arrange(cluster.off());
  const whole = { enabled: false, authenticationTypes: ['totp'], retainUserMfaSettings: true };
  const before = await stored(cluster, whole);
  if ((before.authenticationTypes?.length ?? 0) === 0)
    arrange.notApplicable('GET shows no authenticationTypes while cluster MFA is off');

  const { status } = await cluster.put({ enabled: false });
  await cluster.felt();

  // A change may show late. So the test waits before it takes the state as unchanged.
  const isOther = (now: ClusterConfig) => !configs.sameCluster(now, before);
  const after = await arrange(cluster.settles(() => cluster.read(), isOther, { mostMs: 1_000 }));
  const kept = configs.setOf(after.authenticationTypes) === configs.setOf(before.authenticationTypes);
  facts.note('putSemantics', status >= 400 ? 'refused' : kept ? 'merge' : 'replace');
  // If the types were reset, `true` may be the property's default and not the kept value.
  const { retainUserMfaSettings } = before;
  if (kept) expect(after).toHaveMembers({ retainUserMfaSettings });
});

test('mfa-config/change-stays-visible', async ({ cluster }) => {
  await arrange(cluster.asFound());
  const found = await arrange(cluster.found());
  const types = found.authenticationTypes ?? [];
  // If MFA was found on, the suite only adds types, so that users keep theirs.
  const changed = found.enabled ? [...new Set([...types, 'totp', 'email'])] : ['email'];
  const first = found.enabled ? types : ['totp'];
  if (configs.setOf(changed) === configs.setOf(first))
    arrange.notRun('the test would take types away from cluster MFA, which was found on');
  // MFA is on here, because a target may hide the types while it is off.
  const config = { enabled: true, retainUserMfaSettings: true };
  await arrange.success(cluster.put({ ...config, authenticationTypes: first }));
  await stored(cluster, { ...config, authenticationTypes: changed });
  const isShown = (now: ClusterConfig) => configs.setOf(now.authenticationTypes) === configs.setOf(changed);
  // Nodes may take some seconds to agree.
  await arrange(cluster.readUntil(isShown, { looks: 3 }));

  const reads = [];
  for (let read = 0; read < 6; read += 1) reads.push(await cluster.read());

  for (const read of reads) expect(read).toHaveMembers({ authenticationTypes: changed });
  await arrange(cluster.asFound());
});

test('mfa-config/parallel-puts-leave-one-whole', async ({ cluster }) => {
  await arrange(cluster.off());
  const one = { enabled: true, authenticationTypes: ['totp'], retainUserMfaSettings: true };
  const other = { enabled: false, authenticationTypes: ['email'], retainUserMfaSettings: false };

  // First the target gets each PUT alone. If it stores each as a whole, only concurrency can cause a mixture.
  const afterOther = await stored(cluster, other);
  const afterOne = await stored(cluster, one);
  const storesRetain = isShownAs(other, afterOther, true) && isShownAs(one, afterOne, true);

  for (let round = 0; round < 6; round += 1) {
    const answers = await Promise.all([one, other].map((config) => cluster.put(config)));
    // A target may refuse one of two concurrent changes.
    if (answers.every(({ status }) => status >= 300))
      throw arrange.failure('The target refused both concurrent PUTs.');
    const isEither = (now: ClusterConfig) =>
      [one, other].some((config) => isShownAs(config, now, storesRetain));
    const after = await cluster.readUntil(isEither);

    demand(isEither(after), { kind: 'whole', allowed: [one, other], seen: after }, ...answers);
  }
  await arrange(cluster.off());
});

test('support-mfa/unknown-property-is-not-stored', async ({ support }) => {
  await arrange(support.off());

  expect(await support.patchAny({ enabled: false, xProbe: 1 })).toBeHandled();
  expect(await arrange(support.get())).toHaveNone('xProbe');
});

test('support-mfa/patch-keeps-or-resets', async ({ support, connection, facts }) => {
  await arrange(support.ensureEmail(connection.target.supportUser.email ?? ''));
  const before = await arrange(support.read());

  const answer = await support.patch({ enabled: true });

  await support.felt();
  const after = await arrange(support.read());
  const kept = [after.mfaType === before.mfaType, after.email === before.email];
  facts.note('patchSemantics', answer.status >= 400 ? 'refused' : kept.every(Boolean) ? 'merge' : 'replace');
  if (answer.status >= 400) arrange.notApplicable('the target refuses a PATCH of enabled alone');
  const { mfaType, email } = before;
  const allowed = [
    { mfaType, email },
    { mfaType: null, email: null },
  ];
  const seen = { mfaType: after.mfaType, email: after.email };
  demand(new Set(kept).size === 1, { kind: 'whole', allowed, seen }, answer);
});

async function stored(cluster: ClusterMfa, config: ClusterConfig): Promise<ClusterConfig> {
  const put = cluster.put(config);
  // A target may refuse a PUT that changes nothing.
  const isRefused = (await put).status >= 300;
  const now = await arrange(cluster.readUntil((read) => isShownAs(config, read, true)));
  if (isShownAs(config, now, isRefused)) return now;
  await arrange.success(put);
  throw arrange.failure('PUT /mfa-config was accepted, but GET does not show the change.');
}

/**
 * Tells whether GET shows `config`. Ignores types that GET hides while MFA is off. Compares
 * retainUserMfaSettings only if `withRetain` is set and GET shows it.
 */
function isShownAs(config: ClusterConfig, now: ClusterConfig, withRetain = false): boolean {
  const { retainUserMfaSettings: shown } = now;
  const hidesTypes = !now.enabled && (now.authenticationTypes?.length ?? 0) === 0;
  return configs.sameCluster(now, {
    ...config,
    ...(withRetain && shown !== null ? {} : { retainUserMfaSettings: shown }),
    ...(hidesTypes ? { authenticationTypes: now.authenticationTypes } : {}),
  });
}

test('sessions/totp-login-changes-no-configuration', async ({ users, cluster, state }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  await arrange(cluster.on(['totp']));
  const before = await arrange(state.snapshot());

  await arrange.login(users.logins.untilOpen(() => users.logins.byCode(user, authenticator)));

  expect(await state.changesSince(before)).toBeNone();
  await arrange(cluster.asFound());
});

test('sessions/email-login-changes-no-configuration', async ({ users, cluster, state }) => {
  const user = await arrange(users.mailable());
  await arrange(cluster.on(['email']));
  const before = await arrange(state.snapshot());

  await arrange.login(users.logins.byMailAgain(user));

  expect(await state.changesSince(before)).toBeNone();
  await arrange(cluster.asFound());
});

/** @throws ArrangeError if the password alone logs in: another requirement reports that */
async function codeNeeded(users: Users, user: User): Promise<void> {
  const { session, answer } = await users.login(user);
  if (session !== undefined) throw new ArrangeError('The password alone opens a session already.', answer);
}

test('totp-login/apart-from-support-mfa', async ({ users, support }) => {
  const { user, authenticator } = await arrange(users.plainEnrolled());
  await arrange(codeNeeded(users, user));
  await arrange(support.onByTotp());
  await arrange(support.off());

  expect(await users.login(user)).toBeRefused();
  expect(await users.logins.byCode(user, authenticator)).toOpenSession();
});

test('mfa-config/refused-put-leaves-codes-needed', async ({ users, cluster }) => {
  const { user } = await arrange(users.enrolled());
  await arrange(codeNeeded(users, user));
  const off = { enabled: false, retainUserMfaSettings: true };
  const bodies = ['totp', ['pigeon']].map((authenticationTypes) => ({ ...off, authenticationTypes }));
  let refusals = 0;
  for (const body of bodies) {
    const { status } = await cluster.putAny(body);
    const login = status < 400 ? undefined : await users.login(user);
    // A target may have stored the invalid types.
    await cluster.put({ ...off, enabled: true, authenticationTypes: mfa.bothTypes });
    await arrange(users.switchedOn(user));
    if (login === undefined) continue;
    refusals += 1;
    expect(login).toBeRefused();
  }
  if (refusals === 0) arrange.notApplicable('the target accepts invalid types, so it refused no PUT');
  await arrange.login(users.logins.byNewKey(user));
});

/** Returns every API key of the target file, and a session of the admin if the target gives one. */
async function credentialsOf({ accounts }: Target, users: Users) {
  const user = users.admin() ?? users.withPassword();
  const session = await arrange.ifItCan(users.sessions.of(user));
  const keys = Object.entries(accounts).flatMap(([account, { apiKey: key }]) =>
    key ? { as: { scheme: 'APIKeyHeader', key } as const, way: `API key of ${account}` } : [],
  );
  const all = [...keys, ...(session ? [{ as: session, way: `session of ${user.username}` }] : [])];
  if (all.length === 0)
    throw arrange.failure('No account has an API key, and no login of the admin succeeds.');
  return all;
}

/** Names the members in which an answer to GET /mfa-config differs from a known one. A refusal shows none. */
function differences(cluster: ClusterMfa, known: Answer, { status, body }: Answer) {
  if (status >= 300) return [];
  const now = cluster.configIn(known.body);
  const { authenticationTypes: types, enabled } = configs.clusterConfigOf(body);
  const shown = { ...now, enabled, ...(types && { authenticationTypes: types }) };
  return configs.clusterChanges(now, shown).map(({ member }) => ({
    at: `/${member}`,
    expected: memberOf(known.body, member),
    seen: memberOf(body, member),
  }));
}

test('mfa-config/every-credential-shows-the-same', async ({ api, admin, users, cluster, connection }) => {
  await arrange(cluster.on(mfa.bothTypes));
  const all = await arrange(credentialsOf(connection.target, users));
  // These reads fill the target's cache, if it has one.
  for (const { as } of all) await api.call('GetMFAConfig', { as });
  await arrange(cluster.on(['totp']));
  const known = await arrange(cluster.get());
  const kind = admin.scheme === 'APIKeyHeader' ? 'API key' : 'session';
  const own = { exchange: known.exchange, way: `${kind} of admin` };

  for (const { as, way } of all) {
    const get = () => api.call('GetMFAConfig', { as });
    const differing = (answer: Answer) => differences(cluster, known, answer);
    const last = await cluster.settles(get, (answer) => differing(answer).length === 0);
    const claim = { kind: 'alike', differences: differing(last) } as const;
    demand(claim.differences.length === 0, claim, own, { exchange: last.exchange, way });
  }
  await arrange(cluster.asFound());
});
