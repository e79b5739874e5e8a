import type { ClusterMfa, Credential, User, Users } from '../../fixtures/index.js';
import {
  anonymous,
  arrange,
  bothTypes,
  bypass,
  expect,
  notApplicable,
  notRun,
  test,
} from '../../fixtures/index.js';

const type = 'totp';

const noFirstStep = 'the target answers the password alone by no session';

/** The administrator, if the target asks it for a code. */
function privileged(users: Users): readonly User[] {
  const admin = users.admin();
  return admin === undefined || admin.mfaExempt ? [] : [admin];
}

/** The returned text as each kind of credential: a target may look up the kinds in different places. */
function inEveryScheme(handedOut: Credential): readonly Credential[] {
  if (handedOut.scheme !== 'SessionIdHeader' && handedOut.scheme !== 'Bearer') return [handedOut];
  const secret = handedOut.scheme === 'Bearer' ? handedOut.token : handedOut.id;
  const all: readonly Credential[] = [
    { scheme: 'SessionIdHeader', id: secret },
    { scheme: 'Bearer', tokenType: 'Bearer', token: secret },
    { scheme: 'APIKeyHeader', key: secret },
  ];
  return [handedOut, ...all.filter(({ scheme }) => scheme !== handedOut.scheme)];
}

test('totp-login/forwarded-header-skips-no-code', async ({ users }) => {
  const { user } = await arrange(users.enrolled());

  expect(await users.login(user, { headers: { 'X-Forwarded-For': '127.0.0.1' } })).toBeRefused();
  await arrange.login(users.logins.byNewKey(user));
});

test('totp-login/first-step-session-opens-nothing', async ({ api, users }) => {
  const { user } = await arrange(users.enrolled());
  const { handedOut: as = anonymous } = await arrange(users.login(user));
  if (as === anonymous) notApplicable(noFirstStep);

  for (const each of inEveryScheme(as))
    expect(await api.call('GetSupportMFAConfig', { as: each })).toBeRefused();
});

test('totp-login/first-step-session-stays-one', async ({ api, users, mail }) => {
  const { user } = await arrange(users.enrolled());
  const { handedOut: as, session, unclear } = await arrange(users.login(user));
  if (as?.scheme !== 'SessionIdHeader' || session !== undefined || unclear) return notApplicable(noFirstStep);
  const mark = await arrange(mail.mark());

  const answer = await api.call('SendEmailOtp', { as });

  // A late mail must not be taken for another test's.
  if (answer.status < 300 && user.email !== undefined) await arrange.ifItCan(mail.codeTo(user.email, mark));
  const { session: full } = await arrange(users.logins.openedBy(user, as.id.reveal()));
  expect(full === undefined ? [] : [{ name: 'a code was asked for', answer }]).toBeShut();
  await arrange.login(users.logins.byNewKey(user));
});

test('totp-login/first-step-session-changes-nothing', async ({ api, users, cluster, support, state }) => {
  const { user } = await arrange(users.enrolled());
  const first: Credential[] = [];
  // Only users who may change it in a full session show that the pending session may not.
  for (const each of new Map([user, ...privileged(users)].map((one) => [one.role, one])).values()) {
    const { handedOut, session, unclear } = await arrange(users.login(each));
    // A session that may read everything is not pending: the account may be exempt, or another requirement reports it.
    if (handedOut !== undefined && session === undefined && !unclear) first.push(handedOut);
  }
  if (first.length === 0) notApplicable(noFirstStep);
  const mayPut = api.contract.operations.has('ConfigureSupportMFAConfig');
  if (mayPut) await arrange.ifItCan(support.off());
  const before = await arrange(state.snapshot());

  // MFA is off, or on without a proven key: a change locks nobody out.
  const isFree = !before.support.enabled || before.verification === 'kPending';
  const email = before.support.email ?? 'support@example.com';
  for (const as of first.flatMap(inEveryScheme)) {
    expect(await cluster.put(before.cluster, as)).toBeRefused();
    if (isFree) expect(await support.patch({ enabled: false }, as)).toBeRefused();
    if (mayPut && !before.support.enabled)
      expect(await support.configure({ mfaType: 'email', email }, as)).toBeRefused();
    expect(await state.changesSince(before)).toBeNone();
  }
});

test('totp-login/refused-while-only-email-is-enabled', async ({ api, users, cluster, codes, allow }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  await mayNarrow(cluster);
  await cluster.on(['email']);

  // Each try has a new key or a later step's code: a used code would be refused anyway.
  const newKey = async () =>
    users.whileOn.needs('CreateTotpKey') ? undefined : await arrange.ifItCan(users.codes.enrol(user));
  const login = await users.logins.untilRefused(async () => {
    const key = (await newKey())?.authenticator ?? authenticator;
    // A code of a used step would be refused too: if accounts may be locked, the next step's is tried.
    if (allow.lockOut) return users.logins.byCode(user, key);
    return users.login(user, { code: await codes.unused(key), type });
  });

  expect(login).toBeRefused();
  // Users without mail have no enabled type set up.
  if (getsMail(users, user)) expect(await users.logins.byPasswordAlone(user)).toBeRefused();
  // Codes must not finish a pending session either.
  const key = api.contract.operations.has('VerifyUserOtp') ? await newKey() : undefined;
  if (key !== undefined) {
    const code = await codes.unused(key.authenticator);
    expect(await bypass.tryStep(users, user, { code, type })).toBeShut();
  }
  await arrange(cluster.on(bothTypes));
  await arrange.login(users.logins.byKeyAgain(user));
});

test('totp-login/keys-are-retained-where-told', async ({ users, cluster }) => {
  const { user, authenticator } = await arrange(users.plainEnrolled());
  await arrange(cluster.off());
  await arrange(users.switchedOn(user));

  expect(await users.logins.byCode(user, authenticator)).toOpenSession();
});

test('totp-login/refuses-password-alone-without-key', async ({ users, cluster, codes }) => {
  await mayNarrow(cluster);
  const { user, authenticator } = await arrange(users.enrolled());
  await arrange(cluster.offForgetting());
  await arrange(cluster.on(['totp']));

  expect(await users.logins.byPasswordAlone(user)).toBeRefused();
  // Whether or not the key was forgotten, this code is wrong.
  expect(await users.login(user, { code: codes.wrong(authenticator), type })).toBeRefused();
  if (getsMail(users, user)) {
    // Mailed codes are available now: a login without one must still be refused.
    await arrange(cluster.on(bothTypes));
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

/** Types in use are not taken from users. */
async function mayNarrow(cluster: ClusterMfa): Promise<void> {
  if ((await cluster.found()).enabled) notRun('cluster MFA was found on: its types are not narrowed');
}
