import type { Answer, Codes, Enrolment, Login, User, Users } from '../../fixtures/index.js';
import { ArrangeError, anonymous, arrange, bypass, expect, secrets, test } from '../../fixtures/index.js';
import { userFields } from './requests.js';

/** Makes members that might name the owner of a new key. Add a name for another. */
function ownerIs({ username, domain, email, sid }: User) {
  const names = ['username', 'user', 'userName', 'accountName', 'owner', 'principal'];
  return { ...Object.fromEntries(names.map((name) => [name, username])), domain, email, sid, userSid: sid };
}

const type = 'totp';

test('ways-in/key-is-for-the-caller', async ({ users, codes }) => {
  const victim = await arrange(users.enrolled(0));
  const caller = users.withReplaceableTotp(1);
  const { username } = victim.user;
  const body = ownerIs(victim.user);
  const headers = Object.fromEntries(userFields.map((name) => [name, username]));

  // One request names the victim in all ways, because each returned key costs a wrong login and three might lock.
  const query = { username, user: username };
  let answer = await users.codes.createKey(caller, 'mfa-conformance', body, { headers, query });
  // A target may refuse an unknown parameter or member, so the next requests leave these out.
  if (answer.status >= 300)
    answer = await users.codes.createKey(caller, 'mfa-conformance', body, { headers });
  if (answer.status >= 300) answer = await users.codes.createKey(caller, 'mfa-conformance', {}, { headers });
  if (answer.status >= 300) await arrange.ifItCan(users.codes.enrol(caller));

  const theirs = await loginWithKeyOf(users, victim.user, answer, codes);
  if (theirs?.session !== undefined)
    await wrongIsRefused(users, victim.user, codes.wrong(victim.authenticator));
  expect(bypass.openBy('its code, for the user that the request named', theirs)).toBeShut();
  const own = await users.logins.byCode(victim.user, victim.authenticator);
  // If the victim can't log in by a new key either, the refusal doesn't show that the old key was replaced.
  if (own.session === undefined) await arrange.login(users.logins.byNewKey(victim.user));
  expect(own).toOpenSession();
});

test('ways-in/key-of-any-credential-is-its-owners', async ({ api, users, cluster, codes }) => {
  await arrange(cluster.off());
  const all = users.allWithReplaceableTotp();
  const caller = all.find(({ apiKey }) => apiKey !== undefined) ?? users.withReplaceableTotp();
  const victims = all.filter(({ role }) => role !== caller.role);
  if (victims.length === 0) arrange.notApplicable('only one account may get a new key');
  const credentials = await users.sessions.others(caller);
  if (credentials.length === 0) arrange.notApplicable('the account has no API key or access token');
  const enrolments: Enrolment[] = [];
  for (const victim of victims) enrolments.push(await arrange(users.enrolled(all.indexOf(victim))));

  for (const as of credentials) {
    const answer = await api.call('CreateTotpKey', { as, json: { totpKeyName: 'mfa-conformance' } });
    for (const { user, authenticator } of enrolments) {
      const login = await loginWithKeyOf(users, user, answer, codes);
      if (login?.session !== undefined)
        await arrange(wrongIsRefused(users, user, codes.wrong(authenticator)));
      if (login !== undefined) expect(login).toBeRefused();
    }
  }
  for (const victim of victims) await arrange.login(users.logins.byNewKey(victim));
});

test('ways-in/first-step-makes-no-key', async ({ api, users, codes }) => {
  const { user } = await arrange(users.enrolled());
  // A target may let a pending session enrol as long as the user never used a code. So this login uses one.
  await arrange.login(users.logins.byNewTotp(user));
  const { handedOut: as = anonymous, session } = await users.login(user);
  if (as === anonymous) arrange.notApplicable('the target gives no session for the password alone');
  if (session !== undefined) throw arrange.failure('The password alone opens a session.');

  const answer = await api.call('CreateTotpKey', { as, json: { totpKeyName: 'mfa-conformance' } });

  const login = await loginWithKeyOf(users, user, answer, codes);
  expect(bypass.openBy('a key by the password alone', login)).toBeShut();
  expect(answer).toHaveNone('totpSecretKey', 'totpUri');
  await arrange.login(users.logins.byNewKey(user));
});

/** Logs in by a code of each key. @returns the answers, and how many keys are in force afterwards */
async function loggedInByEach(users: Users, user: User, keys: readonly Enrolment[]) {
  const logins: Login[] = [];
  for (const { authenticator } of keys) logins.push(await users.logins.byCode(user, authenticator));
  const opened = logins.filter(({ session }) => session !== undefined).length;
  const [first] = keys;
  // The first key may stay in force until the second is used. If it is refused now, only the second is in force.
  const again = opened > 1 && first ? await users.logins.byCode(user, first.authenticator) : undefined;
  const isRetired = again !== undefined && again.session === undefined;
  return { inForce: isRetired ? opened - 1 : opened, by: logins.map(({ answer }) => answer) };
}

test('ways-in/enrolments-at-once-leave-one-key', async ({ users }) => {
  const { user } = await arrange(users.enrolled());
  await arrange.login(users.logins.byNewTotp(user));
  // A target may keep a few keys, so just one newer key follows this one.
  const { authenticator: older } = await arrange(users.codes.enrol(user));
  // The second login shows whether a login must wait for a new step.
  await arrange.login(users.logins.byNewTotp(user));
  const retired = await users.logins.byCode(user, older);
  if (retired.session !== undefined) arrange.notApplicable('an older key stays valid after a newer one');

  // The first enrolment may end the session in which the second one is requested.
  const answers = await arrange(Promise.allSettled([1, 2].map(() => users.codes.enrol(user))));
  const keys = answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  for (const each of answers)
    if (each.status === 'rejected' && !(keys.length > 0 && each.reason instanceof ArrangeError))
      throw each.reason;

  const { inForce, by } = await loggedInByEach(users, user, keys);
  await arrange.login(users.logins.byNewKey(user));
  expect(inForce).toBeAtMost(1, 'keys in force', ...by);
  expect(inForce).toBeAtLeast(1, 'keys in force', ...by);
});

test('ways-in/keys-at-once-are-their-callers', async ({ users }) => {
  const [one, other] = [await arrange(users.enrolled(0)), await arrange(users.enrolled(1))];
  const enrolBoth = () =>
    // A target may refuse one of two concurrent enrolments.
    Promise.all([one, other].map(({ user }) => arrange.ifItCan(users.codes.enrol(user))));
  const rounds = [await enrolBoth(), await enrolBoth(), await enrolBoth()];

  for (const [first, second] of rounds)
    if (first && second) expect(second.answer).not.toHoldTheSecretOf(first.answer);
  for (const { user, authenticator } of rounds.at(-1)?.filter((each) => each !== undefined) ?? []) {
    const login = await users.logins.byCode(user, authenticator);
    // If no key logs in, another requirement reports that.
    if (login.session === undefined) await arrange.login(users.logins.byNewKey(user));
    expect(login).toOpenSession();
  }
});

test('ways-in/first-step-cookie-opens-nothing', async ({ api, users, codes }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  const alone = await arrange(users.login(user));
  if (alone.session !== undefined) throw arrange.failure('The password alone opens a session.');
  const wrong = await arrange(users.login(user, { code: codes.wrong(authenticator), type }));
  const answers = [
    { name: 'the cookie of the password alone', answer: alone.answer },
    // If the wrong code opened a session, another requirement reports it.
    ...(wrong.session === undefined ? [{ name: 'the cookie of a wrong code', answer: wrong.answer }] : []),
  ].filter(({ answer }) => bypass.cookiesIn(answer) !== '');
  if (answers.length === 0) arrange.notApplicable('without a right code the target sets no cookie');

  await bypass.expectNoCookieOpens(api, answers);
  await arrange.login(users.logins.byNewKey(user));
});

test('ways-in/support-code-opens-no-session', async ({ api, users, support, codes }) => {
  await arrange(users.enrolled());
  // A target may confuse the admin with the support user. Users enrol first, so that it would replace the admin's key.
  const all = await arrange(users.enrolAll());
  const supports = await arrange(support.onByTotp());
  let code = await codes.unused(supports.authenticator);

  for (const { user, authenticator } of all) {
    // No refusal uses the code, so one code serves for all users. Another one would need the next step.
    if (!codes.isRight(supports.authenticator, code) || codes.isRight(authenticator, code))
      code = await codes.unlike(supports.authenticator, authenticator);
    expect(await users.login(user, { code, type })).toBeRefused();
    if (api.contract.operations.has('VerifyUserOtp'))
      expect(await users.login(user, { code, type, inSteps: {} })).toBeRefused();
    await arrange.login(users.logins.byNewKey(user));
  }
});

/** Ends the test if a wrong code works too. Then a right code doesn't show whose key it belongs to. */
async function wrongIsRefused(users: Users, user: User, code: string): Promise<void> {
  if ((await users.login(user, { code, type })).session !== undefined)
    throw arrange.failure('A wrong code opens a session, too.');
}

async function loginWithKeyOf(users: Users, user: User, { fields }: Answer<'CreateTotpKey'>, codes: Codes) {
  const authenticator = secrets.handedKey(fields);
  if (authenticator === undefined) return undefined;
  return users.login(user, { code: await codes.unused(authenticator), type });
}
