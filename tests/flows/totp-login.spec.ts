import type { Codes, Credential, Enrolment, LoginOptions, Open, User, Users } from '../../fixtures/index.js';
import { arrange, bypass, expect, hasSid, mfa, secrets, test, wrong } from '../../fixtures/index.js';
import { mayNarrow } from './codes.js';

test('mfa-config/on-without-types-is-not-open', async ({ users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withReplaceableTotp();
  await arrange.login(users.logins.withoutCode(user));
  await arrange(cluster.on(['totp']));
  const under = await users.logins.byPasswordAlone(user);
  await arrange(cluster.off());
  if (under.session !== undefined)
    throw arrange.failure('The password alone opens a session even with an authentication type configured.');

  for (const authenticationTypes of [[], null]) {
    const answer = await cluster.put({ enabled: true, authenticationTypes, retainUserMfaSettings: true });
    // If the target refuses the PUT or leaves MFA off, the password alone may log in.
    if (answer.status >= 300 || !(await cluster.readUntil(({ enabled }) => enabled)).enabled) continue;
    const login = await users.logins.byPasswordAlone(user);
    const withCodes = [];
    for (const type of ['totp', 'email']) withCodes.push(await users.login(user, { code: '000000', type }));
    await arrange(cluster.off());
    for (const each of [login, ...withCodes]) expect(each).toBeRefused();
    await arrange.login(users.logins.withoutCode(user));
  }
});

const type = 'totp';

const noFirstStep = 'the target gives no session for the password alone';

/** Returns the same text as a credential of each kind, because a target may look up each kind elsewhere. */
function inEveryScheme(handedOut: Credential): readonly Credential[] {
  if (handedOut.scheme !== 'SessionIdHeader' && handedOut.scheme !== 'Bearer') return [handedOut];
  const secret = handedOut.scheme === 'Bearer' ? handedOut.token : handedOut.id;
  return [handedOut, ...wrong.beside(handedOut, secret.reveal())];
}

test('totp-login/forwarded-header-skips-no-code', async ({ users }) => {
  const { user } = await arrange(users.enrolled());

  expect(await users.login(user, { headers: { 'X-Forwarded-For': '127.0.0.1' } })).toBeRefused();
  await arrange.login(users.logins.byNewKey(user));
});

test('totp-login/first-step-session-opens-nothing', async ({ api, users }) => {
  const { user } = await arrange(users.enrolled());
  const { handedOut } = await arrange(users.login(user));
  if (handedOut === undefined) return arrange.notApplicable(noFirstStep);

  for (const each of inEveryScheme(handedOut))
    expect(await api.call('GetSupportMFAConfig', { as: each })).toBeRefused();
});

test('totp-login/first-step-session-stays-one', async ({ api, users, mail }) => {
  const { user } = await arrange(users.enrolled());
  const { handedOut: as, session } = await arrange(users.login(user));
  if (as?.scheme !== 'SessionIdHeader' || session !== undefined) return arrange.notApplicable(noFirstStep);
  const mark = await arrange(mail.mark());

  const answer = await api.call('SendEmailOtp', { as });

  // The mail is awaited, so that it counts as an answer to this request.
  if (answer.status < 300 && user.email !== undefined) await arrange.ifItCan(mail.codeTo(user.email, mark));
  const isFull = await arrange(users.logins.isFull(user, as));
  expect(isFull ? [{ name: 'the session, after it requested a code', answer }] : []).toBeShut();
  await arrange.login(users.logins.byNewKey(user));
});

/** Returns the pending sessions of these users. The test is not applicable if the target gives none. */
async function pendingSessions(users: Users, all: readonly User[]): Promise<readonly Credential[]> {
  const pending: Credential[] = [];
  for (const each of all) {
    const { handedOut, session } = await users.login(each);
    // A session that can read everything is not pending, which another requirement reports.
    if (handedOut !== undefined && session === undefined) pending.push(handedOut);
  }
  return pending.length > 0 ? pending : arrange.notApplicable(noFirstStep);
}

test('totp-login/first-step-session-changes-nothing', async ({ api, users, cluster, support, state }) => {
  const { user } = await arrange(users.enrolled());
  const admin = users.admin();
  const all = admin === undefined || admin.mfaExempt || admin.role === user.role ? [user] : [user, admin];
  // The admin is included, because some user's full session must be able to change the configuration.
  const first = await arrange(pendingSessions(users, all));
  const mayPut = api.contract.operations.has('ConfigureSupportMFAConfig');
  if (mayPut) await arrange.ifItCan(support.off());
  const before = await arrange(state.snapshot());

  // While support MFA is off or its key unproven, even an accepted change locks nobody out.
  const isFree = !before.support.enabled || before.verification === 'kPending';
  const email = before.support.email ?? 'support@example.com';
  // A pending session may end itself, but no session of another user.
  const other = users.allWithSid().find(({ role }) => all.every((one) => one.role !== role));
  for (const as of first.flatMap(inEveryScheme)) {
    expect(await cluster.put(before.cluster, as)).toBeRefused();
    if (isFree) expect(await support.patch({ enabled: false }, as)).toBeRefused();
    if (mayPut && !before.support.enabled)
      expect(await support.configure({ mfaType: 'email', email }, as)).toBeRefused();
    if (other !== undefined) expect(await users.sessions.end(other, as)).toBeRefused();
    expect(await state.changesSince(before)).toBeNone();
  }
});

/** Gives the user a new key, unless the target gives one only while cluster MFA is off. */
const newKey = async (users: Users, user: User) =>
  users.whileOn.needs('CreateTotpKey') ? undefined : arrange.ifItCan(users.codes.enrol(user));

test('totp-login/refused-while-only-email-is-enabled', async ({ api, users, cluster, codes, allow }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  await arrange(mayNarrow(cluster));
  await cluster.on(['email']);

  // The target refuses used codes anyway. So each try needs a code of a new key or of a later step.
  const login = await users.logins.untilRefused(async () => {
    const key = (await newKey(users, user))?.authenticator ?? authenticator;
    // Without a new key, only a code of an unused step shows something. With allow.lockOut, byCode waits for that step.
    if (allow.lockOut) return users.logins.byCode(user, key);
    return users.logins.byFresh(user, () => codes.unused(key), { type });
  });

  expect(login).toBeRefused();
  // The check of the type may depend on letter case where the check of the code doesn't.
  expect(await users.login(user, { code: login.code, type: type.toUpperCase() })).toBeRefused();
  // A user without mail has no second factor now. So the test sends the password alone only for users with mail.
  if (getsMail(users, user)) expect(await users.logins.byPasswordAlone(user)).toBeRefused();
  // A code of a type that is off must not finish a pending session.
  const key = api.contract.operations.has('VerifyUserOtp') ? await newKey(users, user) : undefined;
  const code = key && (await codes.unused(key.authenticator));
  if (code !== undefined) expect(await bypass.tryStep(users, user, { code, type })).toBeShut();
  await arrange(cluster.on(mfa.bothTypes));
  await arrange.login(users.logins.byKeyAgain(user));
});

test('totp-login/keys-are-retained-where-told', async ({ users, cluster }) => {
  const { user, authenticator } = await arrange(users.plainEnrolled());
  // A repeated PUT must not delete keys, even if it changes nothing. The target may refuse it.
  const again = async (enabled: boolean) =>
    cluster.put({ ...(await arrange(cluster.known())), enabled, retainUserMfaSettings: true });
  await again(true);
  await again(true);
  // A target may delete the keys when their type is no longer enabled.
  if (!(await arrange(cluster.found())).enabled) {
    await arrange.ifItCan(cluster.on(['email']));
    await arrange.ifItCan(cluster.on(mfa.bothTypes));
  }
  // A target may keep the keys at the first switch only, so the test switches twice.
  for (let round = 0; round < 2; round += 1) {
    await arrange(cluster.off());
    await again(false);
    await arrange(users.switchedOn(user));
  }

  expect(await users.logins.byCode(user, authenticator)).toOpenSession();
});

test('totp-login/refuses-password-alone-without-key', async ({ users, cluster, codes }) => {
  await arrange(mayNarrow(cluster));
  const { user, authenticator } = await arrange(users.enrolled());
  await arrange(cluster.offForgetting());
  await arrange(cluster.on(['totp']));

  expect(await users.logins.byPasswordAlone(user)).toBeRefused();
  // This code is wrong for the deleted key, which the target may still have.
  expect(await users.login(user, { code: codes.wrong(authenticator), type })).toBeRefused();
  // For a user without a key, the target may check codes with an empty key. The test tries such a code,
  // unless its refusal might lock the account.
  const code = codes.at(secrets.emptyKey(authenticator), 0);
  const byNoKey = await arrange.ifItCan(users.login(user, { code, type }));
  if (byNoKey !== undefined) expect(byNoKey).toBeRefused();
  if (getsMail(users, user)) {
    // When mailed codes are allowed too, the target must still refuse the password alone.
    await arrange(cluster.on(mfa.bothTypes));
    expect(await users.logins.byPasswordAlone(user)).toBeRefused();
  }
  await arrange(cluster.off());
  await arrange(users.codes.enrol(user));
  await arrange(users.switchedOn(user));
  await arrange.login(users.logins.byNewKey(user));
});

test('totp-login/keys-are-forgotten-where-told', async ({ users, cluster, codes }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  await arrange(cluster.offForgetting());
  await arrange(users.switchedOn(user));

  expect(await users.login(user, { code: await codes.unused(authenticator), type })).toBeRefused();
  await arrange(cluster.off());
  await arrange(users.codes.enrol(user));
  await arrange(users.switchedOn(user));
  await arrange.login(users.logins.byNewKey(user));
});

function getsMail(users: Users, user: User): boolean {
  return users.allWithMail().some(({ role }) => role === user.role);
}

test('totp-login/accepts-current-code', async ({ users, codes, facts }) => {
  const { user, authenticator } = await arrange(users.plainEnrolled());

  expect(await users.logins.byCode(user, authenticator)).toOpenSession();
  await facts.measure('newKeyRetiresOlder', () => retiresOlder(users, user, codes));
  await facts.measure('otpTypeInCapitals', () => accepts(users, user, codes, { type: 'TOTP' }));
  await facts.measure('codeWithoutOtpType', () => accepts(users, user, codes));
});

test('totp-key/used-key-is-not-given-again', async ({ users }) => {
  const { user, answer, authenticator } = await arrange(users.enrolled());
  // A target may return the same key again until a user has used it.
  await arrange.login(users.logins.byCode(user, authenticator, { expects: 'accepted' }));

  const newer = await arrange(users.codes.enrol(user));

  expect(newer.answer).not.toHoldTheSecretOf(answer);
});

test('totp-login/every-account-needs-a-code', async ({ users, facts }) => {
  const { user } = await arrange(users.enrolled());
  const enrolled = users.allWithReplaceableTotp();
  for (const other of enrolled.filter(({ role }) => role !== user.role))
    await arrange(users.codes.enrol(other));
  // A target may ask a user without a second factor for no code. So users without a key must have mail.
  const mailed = users.allWithMail().filter(({ role }) => enrolled.every((each) => each.role !== role));

  const logins = [];
  for (const each of [...enrolled, ...mailed])
    logins.push({ role: each.role, login: await users.login(each) });

  const open = logins.flatMap(({ role, login: { session, doubt } }) => (session && !doubt ? [role] : []));
  if (open.length > 0 && open.length < logins.length) facts.note('accountsWithoutCode', open);
  for (const { login } of logins) expect(login).toBeRefused();
});

test('totp-login/key-by-api-key-needs-codes', async ({ api, users, codes }) => {
  const all = users.allWithReplaceableTotp();
  const user = all.find(({ apiKey }) => apiKey !== undefined);
  if (user?.apiKey === undefined)
    return arrange.notApplicable('no account with an API key may have its TOTP replaced');
  // The user gets a key first, because a target may ask a user without a second factor for no code.
  await arrange(users.enrolled(all.indexOf(user)));
  const as = { scheme: 'APIKeyHeader', key: user.apiKey } as const;
  const { fields } = await api.call('CreateTotpKey', { as, anyJson: { totpKeyName: 'mfa-conformance' } });
  const key = secrets.handedKey(fields);
  if (key === undefined)
    return arrange.notApplicable('the target makes no TOTP key for a request with an API key');

  expect(await users.login(user)).toBeRefused();
  // An API key may have no owner. Then a TOTP key made with it is not this user's key.
  await users.login(user, { code: await codes.unused(key), type });
  expect(await users.login(user)).toBeRefused();
  expect(await users.login(user, { code: codes.wrong(key), type })).toBeRefused();
  await arrange.login(users.logins.byNewKey(user));
});

/** Returns the refusals of three logins that gave a session or cookie. Not applicable if none did. */
async function refusedLogins(users: Users, user: User, code: string): Promise<readonly Open[]> {
  const refused: Open[] = [];
  const refuse = async (name: string, options: LoginOptions = {}) => {
    const { answer, session } = await arrange(users.login(user, options));
    const headers = bypass.headersFrom(answer);
    // If this login opened a session, another requirement reports it.
    if (session === undefined && Object.keys(headers).length > 0) refused.push({ name, answer });
    return headers;
  };
  const headers = await refuse('the password alone');
  await refuse('a wrong code', { code, type });
  await arrange.login(users.logins.byNewKey(user));
  await refuse('a wrong code in the session of the password alone', { code, type, headers });
  if (refused.length === 0) arrange.notApplicable('a refused login gives neither a session nor a cookie');
  return refused;
}

test('totp-login/refused-login-stays-refused', async ({ api, users, cluster, codes }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  // Later, the suite would make room for a login by ending the sessions of the refused ones.
  await arrange(users.entrance.clear(user));
  const refused = await arrange(refusedLogins(users, user, codes.wrong(authenticator)));

  const account = { api, users, user };
  const open = await bypass.stillOpen(account, refused);
  await arrange.login(users.logins.byNewKey(user));
  const later = await bypass.stillOpen(account, refused);
  // A target may make all sessions full while cluster MFA is off.
  await arrange(cluster.asFound());
  await arrange(users.switchedOn(user));
  const last = await bypass.stillOpen(account, refused);

  expect([...open, ...later, ...last]).toBeShut();
});

test('totp-login/refuses-password-alone', async ({ users }) => {
  const { user } = await arrange(users.enrolled());

  expect(await users.login(user)).toBeRefused();
  const otherType = { type: 'salesforce', code: '000000' };
  for (const alone of [[{ domain: '' }], [{ type }, { type: 'email' }], [otherType]]) {
    for (const without of alone) expect(await users.login(user, without)).toBeRefused();
    // Shows that logins work, and ends the attempt series before the account locks.
    await arrange.login(users.logins.byNewKey(user));
  }
  // A session limit may have ended the first pending session. So the test tries a second one.
  for (let n = 0; n < 2; n += 1) {
    const { handedOut, answer } = await users.login(user);
    if (handedOut?.scheme !== 'SessionIdHeader') return;
    await arrange.login(users.logins.byNewKey(user));
    const way = { name: 'the session of the password alone, after a later login', answer };
    expect((await users.logins.isFull(user, handedOut)) ? [way] : []).toBeShut();
  }
});

type Attempts = (codes: Codes, enrolment: Enrolment) => readonly LoginOptions[] | Promise<LoginOptions[]>;

const distant =
  (steps: number): Attempts =>
  (codes, { authenticator }) => [
    { code: codes.distant(authenticator, steps) ?? codes.distant(authenticator, steps * 2) ?? '' },
  ];
const ofRight =
  (of: (code: string, user: User) => LoginOptions): Attempts =>
  async (codes, { user, authenticator }) => [of(await codes.unused(authenticator), user)];

/** Logins that the target must refuse. Afterwards a right login shows that logins work. Add a line for another. */
for (const [id, by, attempts] of [
  ['totp-login/refuses-wrong-code', 'the same key', oneDigitWrong],
  ['totp-login/refuses-old-code', 'the same key', distant(-20)],
  ['totp-login/refuses-future-code', 'the same key', distant(20)],
  [
    'totp-login/refuses-wrong-password',
    'a new key',
    ofRight((code, { password }) => ({ password: `${password.reveal()}-not`, code })),
  ],
  ['totp-login/refuses-code-as-mailed-code', 'a new key', ofRight((code) => ({ code, type: 'email' }))],
  ['totp-login/refuses-code-as-number', 'a new key', ofRight((code) => ({ code: `0${code}` }))],
] as const)
  test(id, async ({ users, codes }) => {
    const enrolment = await arrange(users.enrolled());
    const { user, authenticator } = enrolment;

    for (const options of await arrange(Promise.resolve(attempts(codes, enrolment))))
      expect(await users.login(user, { type, ...options })).toBeRefused();
    if (by === 'a new key') await arrange.login(users.logins.byNewKey(user));
    else await arrange.login(users.logins.byCode(user, authenticator, { expects: 'accepted' }));
  });

test('totp-login/refuses-replay', async ({ users, cluster, codes, admin }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  const { code } = await arrange.login(users.logins.byCode(user, authenticator, { expects: 'accepted' }));

  expect(await users.login(user, { code, type })).toBeRefused();
  // A refused login, a deleted session, a switch or a repeated PUT must not make the used code valid again.
  await users.login(user, { code: codes.wrong(authenticator), type: 'email' });
  if (hasSid(user)) await arrange(users.sessions.end(user, admin));
  // `asFound` leaves cluster MFA on if it was found on.
  await arrange(cluster.asFound());
  await arrange(users.switchedOn(user));
  // The target may refuse a PUT that changes nothing.
  await cluster.put(await arrange(cluster.known()));
  expect(await users.login(user, { code, type })).toBeRefused();
  await arrange.login(users.logins.byNewKey(user));
});

test('totp-login/refuses-code-of-another-user', async ({ users, codes }) => {
  const victim = await arrange(users.enrolled(0));
  const other = await arrange(users.enrolled(1));
  const code = await codes.unlike(other.authenticator, victim.authenticator);

  expect(await users.login(victim.user, { code, type })).toBeRefused();
  await arrange.login(users.login(other.user, { code, type, expects: 'accepted' }));
});

function oneDigitWrong(codes: Codes, { authenticator }: Enrolment): readonly LoginOptions[] {
  return (['first', 'last'] as const).map((place) => ({ code: codes.almost(authenticator, place) }));
}

/** Tells whether a newer key makes the older one void. A target may instead keep several keys. */
async function retiresOlder(users: Users, user: User, codes: Codes): Promise<boolean> {
  const { authenticator } = await users.codes.enrol(user);
  await users.codes.enrol(user);
  const { session } = await users.login(user, { code: await codes.unused(authenticator), type });
  return session === undefined;
}

async function accepts(users: Users, user: User, codes: Codes, spelt: LoginOptions = {}): Promise<boolean> {
  const { authenticator } = await users.codes.enrol(user);
  const { session } = await users.login(user, { code: await codes.unused(authenticator), ...spelt });
  await users.logins.byNewKey(user);
  return session !== undefined;
}
