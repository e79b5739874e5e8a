import type {
  Account,
  Answer,
  ClusterConfig,
  Fixtures,
  LoginOptions,
  Open,
  Way,
} from '../../fixtures/index.js';
import {
  arrange,
  bypass,
  credentialIn,
  expect,
  headersOf,
  namedOtherwise,
  test,
  textOf,
} from '../../fixtures/index.js';
import { noCodes } from './codes.js';
import { headers, junkCertificate, members, nameOf, otherRequests } from './requests.js';

/** Logins without a right code, which must open no session. Add a line for another requirement. */
for (const [id, waysOf, isWrong] of [
  ['ways-in/what-is-no-code-opens-nothing', async () => noCodes, true],
  ['ways-in/cookie-of-refusal-skips-no-code', cookieOfRefusal, false],
  ['ways-in/other-request-skips-no-code', requestedOtherwise, false],
] as const)
  test(id, async ({ api, users }) => {
    const { user } = await arrange(users.enrolled());
    const account = { api, users, user };
    const ways = await arrange<readonly Way[]>(waysOf(account));

    await bypass.expectCodeNeeded(account, await bypass.tryWays({ ...account, isWrong }, ways));
  });

test('ways-in/name-in-any-form-needs-code', async ({ api, users }) => {
  const { user } = await arrange(users.enrolled());
  const account = { api, users, user };
  await bypass.expectCodeNeeded(account, await bypass.tryWays(account, namedOtherwise(user)));

  // A target may compare the admin's name in another way than the names of other users.
  const admin = await (user.role === 'admin' ? undefined : adminWithCode({ api, users }));
  if (admin === undefined) return;
  const inOtherCase = namedOtherwise(admin.user).filter(({ name }) => /capital|small letters/.test(name));
  await bypass.expectCodeNeeded(admin, await bypass.tryWays(admin, inOtherCase));
});

/** Returns the admin if a code can end each attempt series, so that the account never locks. */
async function adminWithCode({ api, users }: Pick<Account, 'api' | 'users'>): Promise<Account | undefined> {
  const isAdmin = ({ role }: Account['user']) => role === 'admin';
  const enrolled = users.allWithReplaceableTotp().find(isAdmin);
  if (enrolled !== undefined && (await arrange.ifItCan(users.codes.enrol(enrolled))) !== undefined)
    return { api, users, user: enrolled };
  const mailed = users.allWithMail().find(isAdmin);
  if (mailed === undefined || (await arrange.ifItCan(users.logins.byNewMail(mailed))) === undefined)
    return undefined;
  return { api, users, user: mailed, right: () => arrange.login(users.logins.byNewMail(mailed)) };
}

/** Features of a login that must not replace a code. One request carries all of a group. */
for (const [id, ...groups] of [
  ['ways-in/other-member-skips-no-code', [junkCertificate], members],
  ['ways-in/header-skips-no-code', headers],
] as const)
  test(id, async ({ api, users }) => {
    const { user } = await arrange(users.enrolled());
    const account = { api, users, user };

    const open: Open[] = [];
    for (const parts of groups) open.push(...(await bypass.tryTogether(account, parts)));

    await bypass.expectCodeNeeded(account, open);
  });

test('ways-in/credential-of-others-skips-no-code', async ({ api, users, cluster, admin }) => {
  const token = await arrange.ifItCan(anothersToken({ users, cluster }));
  const { user } = await arrange(users.enrolled());
  const ways: Way[] = [];
  if (token !== undefined) ways.push({ name: "another user's token", headers: headersOf(token) });
  if (user.role !== 'admin') ways.push({ name: 'the credential of the admin', headers: headersOf(admin) });
  for (const other of users.allWithReplaceableTotp().filter(({ role }) => role !== user.role)) {
    const { answer } = await arrange.login(users.logins.byNewKey(other));
    ways.push({ name: `the credentials from a login of ${other.role}`, headers: bypass.headersFrom(answer) });
  }
  // A server may keep the state of an exempt user's login. It must not replace the code of the next user.
  for (const exempt of users.allWithPassword().filter(({ mfaExempt }) => mfaExempt === true))
    ways.push({
      name: `right after a login of ${exempt.role}, who is exempt from MFA`,
      send: () => users.logins.request(exempt).then(() => users.logins.request(user)),
    });
  const account = { api, users, user };

  await bypass.expectCodeNeeded(account, await bypass.tryWays(account, ways));
});

/** Requests the token while cluster MFA is off, because the password alone may get none under MFA. */
async function anothersToken({ users, cluster }: Pick<Fixtures, 'users' | 'cluster'>) {
  const own = users.withReplaceableTotp();
  const other = users.allWithPassword().find(({ role }) => role !== own.role);
  if (other === undefined || users.sessions.whyNoTokens !== undefined) return undefined;
  await cluster.off();
  return users.sessions.anyToken(other);
}

test('ways-in/code-of-others-at-once-skips-no-code', async ({ api, users, codes }) => {
  const [one, other] = [await arrange(users.enrolled(0)), await arrange(users.enrolled(1))];
  const open: Open[] = [];
  // Each user's right code ends their own attempt series. In the last round, the victim gets too few attempts to lock.
  for (const [{ user, authenticator }, victim, times] of [
    [one, other.user, 2],
    [other, one.user, 1],
  ] as const) {
    const code = await codes.unused(authenticator);
    // The victim's logins run one after another, beside the login by a code.
    const inTurn = async () => {
      for (let n = 0; n < times; n += 1)
        open.push(...bypass.openBy(`the password alone of ${victim.role}`, await users.login(victim)));
    };
    const byCode = users.login(user, { code, type: 'totp', expects: 'accepted' });
    const [login] = await Promise.all([byCode, inTurn()]);
    // A target may refuse concurrent logins. Then a login of its own ends the series.
    if (login.session === undefined) await arrange.login(users.logins.byNewKey(user));
  }
  for (const { user } of [other, one]) await bypass.expectCodeNeeded({ api, users, user }, open);
});

test('access-tokens/refused-by-password-alone-under-mfa', async ({ api, users }) => {
  const { user } = await arrange(users.enrolled());
  const send = (options: LoginOptions) =>
    users.sessions.requestToken(user, undefined, { ...options, madeUp: true });
  const account = { api, users, user, send };
  const plain = await send({});
  if (plain.status === 404) arrange.notApplicable('the target has no POST /access-tokens');
  if (plain.status >= 400 && bypass.cookiesIn(plain) !== '')
    await bypass.expectNoCookieOpens(api, [{ name: 'the cookie of the refusal', answer: plain }]);

  const open = [
    ...(await bypass.tryWays(account, [{ name: 'the password alone' }, ...namedOtherwise(user)])),
    ...(await bypass.tryWays({ ...account, isWrong: true }, madeUpCodes)),
    ...(await bypass.tryTogether(account, members)),
    ...(await bypass.tryTogether(account, headers)),
  ];

  expect(open).toBeShut();
});

test('access-tokens/refuses-used-code', async ({ api, users, codes }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  const why = users.sessions.whyNoTokens;
  if (why !== undefined) arrange.notApplicable(why);
  const request = async (otpCode: string) => {
    const members = { otpCode, otpType: 'totp' };
    return users.sessions.requestToken(user, undefined, { members, madeUp: true });
  };
  const opens = (answer: Answer) => bypass.opensAnything({ api, users, user }, answer);
  const first = await codes.unused(authenticator);
  const token = await request(first);
  const again = (await opens(token)) ? await users.login(user, { code: first, type: 'totp' }) : undefined;
  const newer = await arrange(users.enrolled());
  const { code } = await arrange.login(
    users.logins.byCode(user, newer.authenticator, { expects: 'accepted' }),
  );

  const answer = await request(code);

  const isOpen = await opens(answer);
  await arrange.login(users.logins.byNewKey(user));
  // If the password alone or any code gets a token, another requirement reports that.
  const isDoubled = isOpen || again?.session !== undefined;
  if (isDoubled && (await request(codes.wrong(authenticator))).status < 300)
    arrange.notApplicable('a wrong code gets an access token as well');
  if (again !== undefined) expect(again).toBeRefused();
  expect(isOpen ? [{ name: 'the used code', answer }] : []).toBeShut();
});

/** Logins without a code from Salesforce. Add a line for another. */
const notOfSalesforce = [
  ['a made-up code', { code: '314159', type: 'salesforce' }],
  ['no code', { code: '', type: 'salesforce' }],
  ['the password alone', {}],
] as const;

test('ways-in/made-up-salesforce-code-opens-nothing', async ({ users, cluster, state }) => {
  const { user } = await arrange(users.enrolled());
  const before = await arrange(cluster.read());
  const open: Open[] = [];
  for (const authenticationTypes of [['totp', 'email', 'salesforce'], ['salesforce']]) {
    const { status } = await cluster.put({ ...before, authenticationTypes });
    if (status >= 400 && authenticationTypes.length === 1) break;
    if (status >= 400)
      arrange.notApplicable(`the target does not enable salesforce: PUT /mfa-config answered ${status}`);
    const isSet = (now: ClusterConfig) => now.authenticationTypes?.length === authenticationTypes.length;
    await arrange(cluster.readUntil(isSet));
    // A target that can't reach Salesforce may answer with a 5xx, which is no breach.
    for (const [name, options] of notOfSalesforce)
      open.push(...bypass.openBy(name, await users.login(user, options)));
  }
  // The type is removed now. If cluster MFA was found on, the type would otherwise stay until the run ends.
  await arrange(cluster.put(before));
  await arrange(state.clusterOnce(before));
  expect(open).toBeShut();
  await arrange.login(users.logins.byKeyAgain(user));
});

/** No document promises that POST /access-tokens accepts a code. But with a wrong one it must give no token. */
const madeUpCodes = (['totp', 'email', 'Totp', 'Email', 'salesforce', '', null] as const).map((otpType) => ({
  name: `a made-up code of the type ${JSON.stringify(otpType)}`,
  members: { otpCode: '314159', otpType },
}));

async function cookieOfRefusal({ users, user }: Account): Promise<readonly Way[]> {
  const Cookie = bypass.cookiesIn(await users.logins.request(user));
  if (Cookie === '') arrange.notApplicable('the answer to the password alone sets no cookie');
  return [{ name: 'the cookie', headers: { Cookie } }];
}

async function requestedOtherwise({ api, users, user }: Account): Promise<readonly Way[]> {
  const json = { username: user.username, password: user.password.reveal(), domain: user.domain };
  return otherRequests.map((other) => {
    const { method = 'POST', path = '/users/sessions', content, ...options } = other;
    const body = content === undefined ? { anyJson: json } : { raw: { body: content[1](json) } };
    const send = async () => {
      // A server may close the connection on an odd request or never answer it. Both count as refusals.
      const sent = { ...options, ...body, mayBeIgnored: true } as const;
      const answer = await arrange.ifAnswered(api.probe(method, path, sent));
      const isToken = answer !== undefined && textOf(answer.body, 'accessToken') !== undefined;
      if (!isToken || users.sessions.whyNoTokens !== undefined) return answer;
      // If the documented path also gives a token for the password alone, another requirement reports it.
      return credentialIn(await users.sessions.requestToken(user)) === undefined ? answer : undefined;
    };
    return { name: nameOf(other), send };
  });
}
