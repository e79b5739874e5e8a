import {
  bothTypes,
  enrolled,
  loginByCode,
  loginByNewKey,
  plainEnrolled,
  switchedOn,
  untilOpen,
  untilRefused,
} from '../../fixtures/logins.js';
import { notApplicable, notRun } from '../../fixtures/not-applicable.js';
import { changesSince, snapshot } from '../../fixtures/snapshot.js';
import { arrange, arrangeLogin, expect, ifItCan, test } from '../../fixtures/test.js';
import type { User, Users } from '../../fixtures/users.js';
import { tryStep } from '../../fixtures/ways-in.js';
import { effectiveAllow } from '../../src/input/target-file/allow.js';
import type { ClusterMfa } from '../../src/target/connection/cluster-mfa.js';
import { anonymous, type Credential } from '../../src/wire/http/credential.js';

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

test('totp-login/forwarded-header-skips-no-code', async ({ users, cluster, codes }) => {
  const { user } = await arrange(enrolled(users, cluster));

  const login = await users.login(user, { headers: { 'X-Forwarded-For': '127.0.0.1' } });

  expect(login).toBeRefused();
  await arrangeLogin(loginByNewKey(users, user, codes));
});

test('totp-login/first-step-session-opens-nothing', async ({ api, users, cluster }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const { handedOut: as = anonymous } = await arrange(users.login(user));
  if (as === anonymous) notApplicable(noFirstStep);

  for (const each of inEveryScheme(as))
    expect(await api.call('GetSupportMFAConfig', { as: each })).toBeRefused();
});

test('totp-login/first-step-session-stays-one', async ({ api, users, cluster, codes, mail }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const { handedOut: as, session, unclear } = await arrange(users.login(user));
  if (as?.scheme !== 'SessionIdHeader' || session !== undefined || unclear) return notApplicable(noFirstStep);
  const mark = await arrange(mail.mark());

  const answer = await api.call('SendEmailOtp', { as });

  // A late one must not be taken for another test's.
  if (answer.status < 300 && user.email !== undefined) await ifItCan(mail.codeTo(user.email, mark));
  const { session: full } = await arrange(users.openedBy(user, as.id.reveal()));
  expect(full === undefined ? [] : [{ name: 'a code was asked for', answer }]).toBeShut();
  await arrangeLogin(loginByNewKey(users, user, codes));
});

test('totp-login/first-step-session-changes-nothing', async ({ api, users, cluster, support }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const first: Credential[] = [];
  // Only of one who may change them otherwise does it show that the first step may not.
  for (const each of new Map([user, ...privileged(users)].map((one) => [one.role, one])).values()) {
    const { handedOut, session, unclear } = await arrange(users.login(each));
    // What may open all is no first step: the account may be exempt, or that is another requirement's matter.
    if (handedOut !== undefined && session === undefined && !unclear) first.push(handedOut);
  }
  if (first.length === 0) notApplicable(noFirstStep);
  const before = await arrange(snapshot(cluster, support));

  // Off, or on without a key that was proven: whoever takes it changes no one's way in.
  const isFree = !before.support.enabled || before.verification === 'kPending';
  const mayConfigure = !before.support.enabled && api.contract.operations.has('ConfigureSupportMFAConfig');
  const email = before.support.email ?? 'support@example.com';
  for (const as of first.flatMap(inEveryScheme)) {
    expect(await cluster.put(before.cluster, as)).toBeRefused();
    if (isFree) expect(await support.patch({ enabled: false }, as)).toBeRefused();
    if (mayConfigure) expect(await support.configure({ mfaType: 'email', email }, as)).toBeRefused();
    expect(await changesSince(before, cluster, support)).toBeNone();
  }
});

test('totp-login/refused-while-only-email-is-enabled', async ({ api, users, cluster, codes, connection }) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  await narrowed(cluster, 'email');

  // With a new key for each try, or a code of a later step: a used one would be refused for that.
  // Keys of a type that is not enabled may not be to be had.
  const newKey = async () =>
    users.whileOn.needs('CreateTotpKey') ? undefined : await ifItCan(users.enrol(user));
  const login = await untilRefused(cluster, async () => {
    const key = (await newKey())?.authenticator ?? authenticator;
    // So would one of a step that the user has used: where accounts may be locked another is tried in the next.
    if (effectiveAllow(connection.target.allow).lockOut) return loginByCode(users, user, key, codes);
    return users.login(user, { code: await codes.unused(key), type });
  });

  expect(login).toBeRefused();
  // For others nothing is set up that is enabled.
  if (getsMail(users, user)) expect(await untilRefused(cluster, () => users.login(user))).toBeRefused();
  // Nor do they finish what the password alone begins.
  const key = api.contract.operations.has('VerifyUserOtp') ? await newKey() : undefined;
  if (key !== undefined) {
    const code = await codes.unused(key.authenticator);
    expect(await tryStep(users, user, { code, type })).toBeShut();
  }
  await arrange(cluster.on(bothTypes));
  await arrangeLogin(untilOpen(connection, () => loginByNewKey(users, user, codes)));
});

test('totp-login/keys-are-retained-where-told', async ({ users, cluster, codes }) => {
  const { user, authenticator } = await arrange(plainEnrolled(users, cluster, codes));
  await arrange(cluster.off());
  await arrange(switchedOn(users, cluster, user));

  const login = await loginByCode(users, user, authenticator, codes);

  expect(login).toOpenSession();
});

test('totp-login/refuses-password-alone-without-key', async ({ users, cluster, codes }) => {
  await mayNarrow(cluster);
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  await arrange(cluster.offForgetting());
  await arrange(cluster.on(['totp']));

  const login = await untilRefused(cluster, () => users.login(user));

  expect(login).toBeRefused();
  // Whether the key was forgotten or not, no code of it.
  expect(await users.login(user, { code: codes.wrong(authenticator), type })).toBeRefused();
  if (getsMail(users, user)) {
    // A code by mail is to be had now: who asks for none is not let in for that.
    await arrange(cluster.on(bothTypes));
    expect(await untilRefused(cluster, () => users.login(user))).toBeRefused();
  }
  await arrange(cluster.off());
  await arrange(users.enrol(user));
  await arrange(switchedOn(users, cluster, user));
  await arrangeLogin(loginByNewKey(users, user, codes));
});

test('totp-login/keys-are-forgotten-where-told', async ({ users, cluster, codes }) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  await arrange(cluster.offForgetting());
  await arrange(switchedOn(users, cluster, user));

  const login = await users.login(user, { code: await codes.unused(authenticator), type });

  expect(login).toBeRefused();
  await arrange(cluster.off());
  await arrange(users.enrol(user));
  await arrange(switchedOn(users, cluster, user));
  await arrangeLogin(loginByNewKey(users, user, codes));
});

function getsMail(users: Users, user: User): boolean {
  return users.allWithMail().some(({ role }) => role === user.role);
}

/** Types that people use are not taken from them. */
async function mayNarrow(cluster: ClusterMfa): Promise<void> {
  if ((await cluster.found()).enabled) notRun('cluster MFA was found on: its types are not narrowed');
}

/** One type only. */
async function narrowed(cluster: ClusterMfa, only: 'totp' | 'email'): Promise<void> {
  await mayNarrow(cluster);
  await cluster.on([only]);
}
