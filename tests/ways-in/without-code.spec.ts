import { enrolled, loginByCode, loginByNewKey, untilOpen } from '../../fixtures/logins.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, arrangeLogin, expect, ifAnswered, test } from '../../fixtures/test.js';
import type { User, Users } from '../../fixtures/users.js';
import {
  codelessInARow,
  cookiesIn,
  type Doors,
  type Open,
  openByCookie,
  opensAnything,
  tryTogether,
  tryWays,
  unlessPlain,
  type Way,
  wrongInARow,
} from '../../fixtures/ways-in.js';
import { textOf } from '../../src/contract/judging/body.js';
import { credentialIn } from '../../src/target/accounts/log-in.js';
import type { Answer, Api } from '../../src/target/connection/api.js';
import type { Codes } from '../../src/target/connection/codes.js';
import { sameCluster } from '../../src/target/journal/config.js';
import { type Credential, headersOf } from '../../src/wire/http/credential.js';
import { noCodes } from './codes.js';
import { namedOtherwise } from './names.js';
import { headers, junkCertificate, members, nameOf, type OtherRequest, otherRequests } from './requests.js';

test('ways-in/name-in-any-form-needs-code', async ({ api, users, cluster, codes }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const ways = namedOtherwise(user).map(({ name, members }) => ({
    name,
    send: () => users.requestSession(user, { members }),
  }));

  await areShut(ways, users, user, doorsOf(api, users, user, codes));
});

test('ways-in/what-is-no-code-opens-nothing', async ({ api, users, cluster, codes }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const ways = noCodes.map(([name, members]) => ({
    name,
    send: () => users.requestSession(user, { members, madeUp: true, mistake: 'what is not a code' }),
  }));

  await areShut(ways, users, user, { ...doorsOf(api, users, user, codes), row: wrongInARow });
});

test('ways-in/other-member-skips-no-code', async ({ api, users, cluster, codes }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const doors = doorsOf(api, users, user, codes);
  const send = (parts: readonly object[]) =>
    users.requestSession(user, { members: Object.assign({}, ...parts), madeUp: true });

  const open = [
    ...(await tryTogether([junkCertificate], send, doors)),
    ...(await tryTogether(members, send, doors)),
  ];

  await unlessPasswordAlone(open, users, user);
  expect(open).toBeShut();
});

test('ways-in/header-skips-no-code', async ({ api, users, cluster, codes }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const send = (parts: readonly object[]) =>
    users.requestSession(user, { headers: Object.assign({}, ...parts), madeUp: true });

  const open = await tryTogether(headers, send, doorsOf(api, users, user, codes));

  await unlessPasswordAlone(open, users, user);
  expect(open).toBeShut();
});

test('ways-in/credential-of-others-skips-no-code', async ({ api, users, cluster, codes, admin }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const others: { readonly of: string; readonly credential: Credential }[] = [];
  if (user.role !== 'admin') others.push({ of: 'the credential of the admin', credential: admin });
  for (const other of users.allWithReplaceableTotp().filter(({ role }) => role !== user.role))
    others.push({ of: `a session of ${other.role}`, credential: await arrange(users.session(other)) });
  const ways = others.map(({ of: name, credential }) => ({
    name,
    send: () => users.requestSession(user, { headers: headersOf(credential) }),
  }));
  // Who is asked for no code must not spare the next one: what a server keeps of a login may outlive it.
  for (const exempt of users.allWithPassword().filter(({ mfaExempt }) => mfaExempt === true))
    ways.push({
      name: `right after a login of ${exempt.role}, who is exempt`,
      send: async () => {
        await users.requestSession(exempt);
        return users.requestSession(user);
      },
    });

  await areShut(ways, users, user, doorsOf(api, users, user, codes));
});

test('ways-in/code-of-others-at-once-skips-no-code', async ({ users, cluster, codes }) => {
  const [one, other] = [
    await arrange(enrolled(users, cluster, 0)),
    await arrange(enrolled(users, cluster, 1)),
  ];
  const open: Open[] = [];
  // The code of each ends the row of its refusals; those of the last round are too few to be one.
  for (const [{ user, authenticator }, victim, times] of [
    [one, other.user, 2],
    [other, one.user, 1],
  ] as const) {
    const code = await codes.unused(authenticator);
    // In turn: of several at once none may come while the code is looked at.
    const inTurn = async () => {
      for (let n = 0; n < times; n += 1) {
        const { session, answer } = await users.login(victim);
        if (session !== undefined) open.push({ name: `the password alone of ${victim.role}`, answer });
      }
    };
    const byCode = users.login(user, { code, type: 'totp', isRight: true });
    const [login] = await Promise.all([byCode, inTurn()]);
    // A target may refuse all that come at once.
    if (login.session === undefined) await arrangeLogin(loginByNewKey(users, user, codes));
  }
  await unlessPasswordAlone(open, users, other.user);
  await unlessPasswordAlone(open, users, one.user);
  expect(open).toBeShut();
});

test('ways-in/cookie-of-refusal-skips-no-code', async ({ api, users, cluster, codes }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const Cookie = cookiesIn(await arrange(users.requestSession(user)));
  if (Cookie === '') notApplicable('the password alone is answered without a cookie');
  const send = () => users.requestSession(user, { headers: { Cookie } });

  await areShut([{ name: 'the cookie', send }], users, user, doorsOf(api, users, user, codes));
});

test('ways-in/other-request-skips-no-code', async ({ api, users, cluster, codes }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const ways = otherRequests.map((other) => ({
    name: nameOf(other),
    send: async () => {
      // A server may end the connection at what it finds odd, or never answer it: that opens nothing.
      const answer = await ifAnswered(sendOtherwise(api, user, other));
      // An older path leads around nothing where the documented one asks for no code either.
      const isToken = answer !== undefined && textOf(answer.body, 'accessToken') !== undefined;
      return isToken && (await getsToken(users, user)) ? undefined : answer;
    },
  }));

  await areShut(ways, users, user, doorsOf(api, users, user, codes));
});

/** Whether the password alone is enough for a token: that is for another requirement to tell. */
async function getsToken(users: Users, user: User): Promise<boolean> {
  if (users.whyNoTokens !== undefined) return false;
  return credentialIn(await users.requestToken(user)) !== undefined;
}

test('access-tokens/refused-by-password-alone-under-mfa', async ({ api, users, cluster, codes }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const doors = doorsOf(api, users, user, codes);
  const request = (members: object, more: Headers = {}) =>
    users.requestToken(user, undefined, { members: { ...members }, headers: more, madeUp: true });
  const named = [{ name: 'the password alone', members: {} }, ...namedOtherwise(user)];
  const plain = await request({});
  if (plain.status === 404) notApplicable('the target has no POST /access-tokens');
  const cookie = { name: 'the cookie of the refusal', answer: plain };
  const byCookie = plain.status >= 400 && cookiesIn(plain) !== '' ? await openByCookie(api, [cookie]) : [];

  const ways = (all: readonly { readonly name: string; readonly members: object }[]) =>
    all.map(({ name, members: each }) => ({ name, send: () => request(each) }));

  const open = [
    ...byCookie,
    ...(await tryWays(ways(named), doors)),
    ...(await tryWays(ways(madeUpCodes), { ...doors, row: wrongInARow })),
    ...(await tryTogether(members, (parts) => request(Object.assign({}, ...parts)), doors)),
    ...(await tryTogether(headers, (parts) => request({}, Object.assign({}, ...parts)), doors)),
  ];

  expect(open).toBeShut();
});

test('access-tokens/refuses-used-code', async ({ api, users, cluster, codes }) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  const why = users.whyNoTokens;
  if (why !== undefined) notApplicable(why);
  const request = async (otpCode: string) => {
    const members = { otpCode, otpType: 'totp' };
    return users.requestToken(user, undefined, { members, madeUp: true });
  };
  const { code } = await arrangeLogin(loginByCode(users, user, authenticator, codes, { isRight: true }));

  const answer = await request(code);

  const isOpen = await opensAnything(api, users, user, answer);
  await arrangeLogin(loginByNewKey(users, user, codes));
  // Where the password alone is enough, or any code is, that is for another requirement to tell.
  if (isOpen && (await request(codes.wrong(authenticator))).status < 300)
    notApplicable('a wrong code gets an access token as well');
  const open = isOpen ? [{ name: 'the used code', answer }] : [];
  expect(open).toBeShut();
});

test('ways-in/made-up-salesforce-code-opens-nothing', async ({ users, cluster, codes, connection }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const before = await arrange(cluster.read());
  const { status } = await cluster.put({ ...before, authenticationTypes: allTypes });
  if (status >= 400)
    notApplicable(`the target does not enable salesforce: PUT /mfa-config answered ${status}`);
  await arrange(cluster.readUntil(({ authenticationTypes: types }) => types?.length === allTypes.length));

  const open: Open[] = [];
  for (const code of ['314159', '']) {
    // A target that doesn't reach Salesforce may answer a 5xx: that opens nothing either.
    const { answer, session } = await users.login(user, { code, type: 'salesforce' });
    if (session !== undefined) open.push({ name: code === '' ? 'no code' : 'a made-up code', answer });
  }
  // Where cluster MFA was found on, nothing else takes the type away before the end of the run.
  await arrange(cluster.put(before));
  await arrange(cluster.readUntil((now) => sameCluster(now, before)));
  expect(open).toBeShut();
  await arrangeLogin(untilOpen(connection, () => loginByNewKey(users, user, codes)));
});

const allTypes = ['totp', 'email', 'salesforce'];

/** No document says that POST /access-tokens takes a code: one that is wrong must not do either. */
const madeUpCodes = (['totp', 'email', 'Totp', 'Email'] as const).map((otpType) => ({
  name: `a made-up code of the type ${otpType}`,
  members: { otpCode: '314159', otpType },
}));

type Headers = Readonly<Record<string, string>>;

function doorsOf(api: Api, users: Users, user: User, codes: Codes): Doors {
  return {
    opens: (answer) => opensAnything(api, users, user, answer),
    settle: () => loginByNewKey(users, user, codes),
    row: codelessInARow,
    isNearLimit: () => api.attempts.isNearLimit(user.role),
  };
}

/** Ways of a login by the password alone, which open nothing. */
async function areShut(ways: readonly Way[], users: Users, user: User, doors: Doors): Promise<void> {
  const open = await tryWays(ways, doors);
  await unlessPasswordAlone(open, users, user);
  expect(open).toBeShut();
}

function unlessPasswordAlone(open: readonly Open[], users: Users, user: User): Promise<void> {
  return unlessPlain(open, 'The password alone', async () => (await users.login(user)).session !== undefined);
}

function sendOtherwise(api: Api, user: User, other: OtherRequest): Promise<Answer> {
  const { method = 'POST', path = '/users/sessions', form, ...options } = other;
  const login = { username: user.username, password: user.password.reveal(), domain: user.domain };
  const body = form ? { raw: { body: String(new URLSearchParams(login)) } } : { anyJson: login };
  return api.probe(method, path, { ...options, ...body, isOdd: true });
}
