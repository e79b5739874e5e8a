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

/** The administrator, where a code is asked of it. */
function privileged(users: Users): readonly User[] {
  const admin = users.admin();
  return admin === undefined || admin.mfaExempt ? [] : [admin];
}

/** What was handed out, as each kind of credential: what reads it as another kind may look it up elsewhere. */
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

  // A late one must not be taken for another test's.
  if (answer.status < 300 && user.email !== undefined) await arrange.ifItCan(mail.codeTo(user.email, mark));
  const { session: full } = await arrange(users.logins.openedBy(user, as.id.reveal()));
  expect(full === undefined ? [] : [{ name: 'a code was asked for', answer }]).toBeShut();
  await arrange.login(users.logins.byNewKey(user));
});

test('totp-login/first-step-session-changes-nothing', async ({ api, users, cluster, support, state }) => {
  const { user } = await arrange(users.enrolled());
  const first: Credential[] = [];
  // Only of one who may change them otherwise does it show that the first step may not.
  for (const each of new Map([user, ...privileged(users)].map((one) => [one.role, one])).values()) {
    const { handedOut, session, unclear } = await arrange(users.login(each));
    // What may open all is no first step: the account may be exempt, or that is another requirement's matter.
    if (handedOut !== undefined && session === undefined && !unclear) first.push(handedOut);
  }
  if (first.length === 0) notApplicable(noFirstStep);
  const mayPut = api.contract.operations.has('ConfigureSupportMFAConfig');
  if (mayPut) await arrange.ifItCan(support.off());
  const before = await arrange(state.snapshot());

  // Off, or on without a key that was proven: whoever takes it changes no one's way in.
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

  // With a new key for each try, or a later step's code: a used one would be refused for that.
  const newKey = async () =>
    users.whileOn.needs('CreateTotpKey') ? undefined : await arrange.ifItCan(users.codes.enrol(user));
  const login = await users.logins.untilRefused(async () => {
    const key = (await newKey())?.authenticator ?? authenticator;
    // So would one of a step that the user has used: where accounts may be locked another is tried in the next.
    if (allow.lockOut) return users.logins.byCode(user, key);
    return users.login(user, { code: await codes.unused(key), type });
  });

  expect(login).toBeRefused();
  // For others nothing is set up that is enabled.
  if (getsMail(users, user)) expect(await users.logins.byPasswordAlone(user)).toBeRefused();
  // Nor do they finish what the password alone begins.
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
  // Whether the key was forgotten or not, no code of it.
  expect(await users.login(user, { code: codes.wrong(authenticator), type })).toBeRefused();
  if (getsMail(users, user)) {
    // A code by mail is to be had now: who asks for none is not let in for that.
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

/** Types that people use are not taken from them. */
async function mayNarrow(cluster: ClusterMfa): Promise<void> {
  if ((await cluster.found()).enabled) notRun('cluster MFA was found on: its types are not narrowed');
}
