import { randomUUID } from 'node:crypto';
import type { Answer, Api, Credential, Fixtures, LoginOptions, User, Users } from '../../fixtures/index.js';
import { anonymous, arrange, bypass, expect, hasSid, mfa, test, wrong } from '../../fixtures/index.js';
import { bitsOf, expectRandom, leastBits } from './guessable.js';

async function opened(api: Api, users: Users, user: User): Promise<Credential> {
  const as = await users.sessions.id(user);
  await arrange.success(api.call('GetMFAConfig', { as }));
  return as;
}

type Cluster = Fixtures['cluster'];

/** Sends a request of a deleted session until it is refused: nodes may learn late that the session ended. */
const onceEnded = (cluster: Cluster, send: () => Promise<Answer>) =>
  cluster.settles(send, ({ status }) => status >= 400);

async function hasEnded(ending: Promise<Answer>, api: Api, cluster: Cluster, as: Credential): Promise<void> {
  await arrange.success(ending);
  const last = await onceEnded(cluster, () => api.call('GetMFAConfig', { as }));
  if (last.status < 400) throw arrange.failure('DELETE /users/sessions ended no session of the user.');
}

test('sessions/delete-refuses-anonymous', async ({ api, users }) => {
  const user = users.withSid();
  const as = await arrange(opened(api, users, user));

  for (const by of [anonymous, wrong.key(), wrong.token(), wrong.session()]) {
    expect(await users.sessions.end(user, by)).toBeRefused();
    expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
  }
});

test('sessions/viewer-cannot-end-those-of-others', async ({ api, users, connection }) => {
  const user = users.allWithSid().find(({ role }) => role !== 'viewer');
  if (user === undefined)
    return arrange.notApplicable('the viewer is the only account with a sid besides the admin');
  const as = await arrange(opened(api, users, user));

  expect(await users.sessions.end(user, await arrange(users.sessions.viewer()))).toBeRefused();
  expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
  // The target may check one sid and end the sessions of another. It may also end only the viewer's own.
  const own = connection.target.accounts.viewer?.sid;
  if (own === undefined) return;
  for (const [first, last] of [[own, user.sid] as const, [user.sid, own] as const]) {
    const query = new URLSearchParams({ sid: first });
    query.append('sid', last);
    await api.call('DeleteSession', { as: await arrange(users.sessions.viewer()), query });
    users.sessions.ended();
    expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
  }
});

test('sessions/unknown-sid-ends-none', async ({ api, users, cluster, admin }) => {
  await arrange(cluster.off());
  const user = users.withSid();
  // The test also watches the session of a second user, if there is one.
  const other = users.allWithPassword().find(({ role }) => role !== user.role);
  const both = [user, ...(other === undefined ? [] : [other])];
  const sessions = await arrange(Promise.all(both.map((each) => users.sessions.id(each))));
  for (const as of sessions) await arrange.success(api.call('GetMFAConfig', { as }));
  users.sessions.ended();

  // A deletion must not match half a sid. Half of a short sid might be another user's sid.
  const halves = both.flatMap(({ sid = '' }) => (sid.length < 6 ? [] : sid.slice(0, sid.length / 2)));
  for (const sid of [`nobody-${randomUUID()}`, ...halves, '*', '%']) {
    const options = { as: admin, query: { sid }, mistake: 'an unknown sid' };
    expect(await api.call('DeleteSession', options)).toBeHandled();
    for (const as of sessions) expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
  }
  // A session may end with a delay. Once `own` has ended, the deletions before it have taken effect too.
  const [own, others] = sessions;
  if (own === undefined || others === undefined) return;
  await arrange(hasEnded(users.sessions.end(user, admin), api, cluster, own));
  expect(await api.call('GetMFAConfig', { as: others })).toBeAccepted();
});

/** This many connections reach every node of a small cluster. */
const looksByNewConnections = 5;

test('sessions/password-opens-session-while-mfa-is-off', async ({ users }) => {
  expect(await users.logins.whileOff(users.withPassword())).toOpenSession();
});

test('sessions/refuses-wrong-password', async ({ users, cluster }) => {
  // While MFA is on, a wrong password might be refused for its missing code.
  await arrange(cluster.off());
  const user = users.withPassword();
  const right = user.password.reveal();

  for (const password of [null, `${right}-not`, right.toUpperCase(), right.toLowerCase()]) {
    if (password !== right) expect(await users.login(user, { password })).toBeRefused();
  }
});

test('sessions/refused-login-ends-none', async ({ api, users }) => {
  const user = users.withPassword();
  const as = await arrange(opened(api, users, user));

  // Unlike `users.login`, this never ends sessions to make room.
  const { username, domain } = user;
  await api.call('CreateSession', { json: { username, domain, password: `${user.password.reveal()}-not` } });
  expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
});

test('sessions/unknown-user-looks-alike', async ({ users, cluster, allow }) => {
  const loginsLookAlike = (more: LoginOptions = {}) =>
    looksAlike(users, async (user, password) => (await users.login(user, { ...more, password })).answer);

  await loginsLookAlike();
  // While MFA is on, another part of the target may ask for codes, and word its answers otherwise.
  if (!allow.clusterMfa) return;
  if ((await arrange.ifItCan(cluster.on(mfa.bothTypes))) === undefined) return;
  await loginsLookAlike();
  await loginsLookAlike({ code: '000000', type: 'totp' });
});

test('access-tokens/unknown-user-looks-alike', async ({ users }) =>
  looksAlike(users, (user, password) => users.sessions.requestToken(user, password)));

test('email-otp/unknown-user-looks-alike', async ({ users }) => {
  await looksAlike(users, (user, password) => users.codes.request(user, { password }));
  // Without a domain, the target may look the user up in a different way.
  const extra = { domain: undefined };
  await looksAlike(users, (user, password) => users.codes.request(user, { password, extra }));
});

test('sessions/ids-differ', async ({ users }) => {
  const ids = await arrange(sessionIds(users));

  expect(new Set(ids).size).toBeAtLeast(ids.length, 'session ids');
});

test('sessions/ids-are-long-enough', async ({ users }) => {
  const ids = await arrange(sessionIds(users));
  const names = users.allWithPassword().map(({ username }) => username);

  expect(Math.round(bitsOf(ids))).toBeAtLeast(128, 'bits');
  expectRandom(ids, names);
});

test('sessions/domain-defaults-to-local', async ({ users, facts }) => {
  const user = users.allWithPassword().find(({ domain }) => domain.toUpperCase() === 'LOCAL');
  if (user === undefined) return arrange.notApplicable('the target file has no account of the domain LOCAL');
  await arrange.login(users.logins.whileOff(user));

  expect(await users.login(user, { domain: null })).toOpenSession();
  await facts.measure('domainInSmallLetters', async () => {
    const { session } = await users.login(user, { domain: 'local' });
    return session !== undefined;
  });
});

test('sessions/delete-answers-204', async ({ users, admin }) => {
  const user = users.withSid();
  await arrange(users.sessions.id(user));

  expect(await users.sessions.end(user, admin)).toSucceed();
});

test('sessions/deleted-session-is-refused', async ({ api, users, cluster, admin }) => {
  const user = users.withSid();
  const sessions = [await arrange(users.sessions.id(user)), await arrange(users.sessions.id(user))] as const;
  const [first, newest] = sessions;
  // A target may allow each user only one session. Then the first one has ended already.
  const { status } = await api.call('GetMFAConfig', { as: first });
  await arrange.success(api.call('GetMFAConfig', { as: newest }));
  const byCookie = await arrange(openedByCookie(api, users, user));
  await arrange.success(users.sessions.end(user, admin));

  // A new connection may lead to another node.
  const whatItOpens = (as: Credential) =>
    onceEnded(cluster, () => api.call('GetMFAConfig', { as, closeAfter: true }));
  for (const as of status < 300 ? sessions : [newest]) {
    expect(await whatItOpens(as)).toBeRefused();
    expect(await api.call('SendEmailOtp', { as })).toBeRefused();
  }
  // Each operation may have a cache. A new key replaces the user's, so the test requests one only if allowed.
  const json = { totpKeyName: 'mfa-conformance' };
  expect(await onceEnded(cluster, () => api.call('GetSupportMFAConfig', { as: newest }))).toBeRefused();
  if (users.allWithReplaceableTotp().some(({ role }) => role === user.role))
    expect(await api.call('CreateTotpKey', { as: newest, json })).toBeRefused();
  if (byCookie !== undefined) expect(await onceEnded(cluster, byCookie)).toBeRefused();
  for (let look = 0; look < looksByNewConnections; look += 1) expect(await whatItOpens(newest)).toBeRefused();
});

test('sessions/deleted-session-stays-refused', async ({ api, users, cluster, admin, allow }) => {
  const user = users.withSid();
  const sessions = [await arrange(users.sessions.id(user)), await arrange(users.sessions.id(user))];
  const ending = arrange.success(users.sessions.end(user, admin));
  for (const as of sessions) await arrange(hasEnded(ending, api, cluster, as));
  const areRefused = async () => {
    for (const as of sessions) expect(await api.call('GetMFAConfig', { as })).toBeRefused();
  };

  for (let login = 0; login < 2; login += 1) {
    await arrange(users.sessions.id(user));
    await areRefused();
  }
  // A target may read its stored sessions again when cluster MFA is switched.
  if (!allow.clusterMfa || (await arrange.ifItCan(cluster.on(mfa.bothTypes))) === undefined) return;
  const mayEnrol = users.allWithReplaceableTotp().some(({ role }) => role === user.role);
  if (mayEnrol) await arrange.ifItCan(users.logins.byKeyAgain(user));
  await areRefused();
  await arrange(cluster.off());
  await areRefused();
});

test('sessions/delete-ends-those-by-code', async ({ api, users, cluster, admin }) => {
  const all = users.allWithReplaceableTotp();
  const user = all.find(hasSid);
  if (user === undefined) return arrange.notApplicable('no account with a sid may have its TOTP replaced');
  const { authenticator } = await arrange(users.enrolled(all.indexOf(user)));
  const login = users.logins.byCode(user, authenticator, { expects: 'accepted' });
  const { session: as } = await arrange.login(login);
  if (as?.scheme !== 'SessionIdHeader')
    return arrange.notApplicable('a login with a code gives no session id');
  await arrange.success(api.call('GetMFAConfig', { as }));
  // A target may keep the sessions that POST /users/verify-otp finished in another place.
  const finished = await arrange.ifItCan(inTwoSteps(api, users, user));
  await arrange.success(users.sessions.end(user, admin));

  for (const session of [as, ...(finished === undefined ? [] : [finished])]) {
    const read = () => api.call('GetMFAConfig', { as: session, closeAfter: true });
    expect(await onceEnded(cluster, read)).toBeRefused();
  }
});

test('sessions/delete-ends-pending-sessions', async ({ api, users, codes, cluster, admin }) => {
  const all = users.allWithReplaceableTotp();
  const user = all.find(hasSid);
  if (user === undefined) return arrange.notApplicable('no account with a sid may have its TOTP replaced');
  const enrolment = await arrange(users.enrolled(all.indexOf(user)));
  const { session: full } = await arrange(users.logins.finished(enrolment));
  if (full === undefined) throw arrange.failure('A right code finished no login.');
  const pending = await arrange(users.logins.begun(user));
  const { status } = await api.call('GetMFAConfig', { as: full, closeAfter: true });
  if (status >= 300)
    return arrange.notApplicable('no answer in a full session would show when the DELETE has effect');
  await arrange(hasEnded(users.sessions.end(user, admin), api, cluster, full));

  const otp = await arrange(codes.unused(enrolment.authenticator));
  const answer = await api.call('VerifyUserOtp', { as: pending, json: { otp, type: 'totp' } });

  const isFull = await users.logins.isFull(user, pending);
  expect(isFull ? [{ name: 'a pending session', answer }] : []).toBeShut();
  await arrange(users.logins.settle(user));
});

async function inTwoSteps(api: Api, users: Users, user: User): Promise<Credential | undefined> {
  if (!api.contract.operations.has('VerifyUserOtp')) return undefined;
  const enrolment = await users.codes.enrol(user);
  const { handedOut: pending, session } = await users.login(user);
  if (pending?.scheme !== 'SessionIdHeader' || session !== undefined) return undefined;
  return (await users.logins.finished(enrolment, async () => pending)).session;
}

test('sessions/delete-leaves-other-users-alone', async ({ api, users, cluster, admin }) => {
  const user = users.withSid();
  const other = users.allWithPassword().find(({ role }) => role !== user.role) ?? users.withPassword(1);
  const own = await arrange(users.sessions.id(user));
  const as = await arrange(opened(api, users, other));
  await arrange(hasEnded(users.sessions.end(user, admin), api, cluster, own));

  expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
});

test('access-tokens/tokens-are-long-enough', async ({ users }) => {
  const user = users.withPassword();
  const tokens: string[] = [];
  for (let n = 0; n < 3; n += 1) tokens.push((await arrange(users.sessions.token(user))).token.reveal());

  expect(Math.round(bitsOf(tokens))).toBeAtLeast(leastBits, 'bits');
  expectRandom(tokens, [user.username]);
});

test('access-tokens/refuses-wrong-password', async ({ users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withPassword();

  expect(await users.sessions.requestToken(user, `${user.password.reveal()}-not`)).toBeRefused();
});

async function looksAlike(users: Users, ask: (user: User, password: string) => Promise<Answer>) {
  const user = users.withPassword();
  const nobody = { ...user, username: `nobody-${randomUUID()}` };
  const password = randomUUID();
  const known = await ask(user, password);

  expect(await ask(nobody, password)).toLookLike(known, { own: nobody, other: user });
}

async function sessionIds(users: Users): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < 10; n += 1) ids.push((await users.sessions.id(users.withPassword())).id.reveal());
  return ids;
}

/** Returns a read that sends only the cookie of a login. Returns undefined if that cookie can't read. */
async function openedByCookie(api: Api, users: Users, user: User) {
  const Cookie = bypass.cookiesIn(await users.logins.request(user));
  if (Cookie === '') return undefined;
  const read = () => api.call('GetMFAConfig', { headers: { Cookie } });
  return (await read()).status < 300 ? read : undefined;
}
