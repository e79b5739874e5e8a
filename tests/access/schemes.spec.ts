import type { Credential, Fixtures, Open } from '../../fixtures/index.js';
import {
  arrange,
  demand,
  expect,
  headersOf,
  isSince,
  jsonOf,
  memberOf,
  Secret,
  spellingsOf,
  test,
  textOf,
  wrong,
} from '../../fixtures/index.js';

type Given = Pick<Fixtures, 'api' | 'users'>;

/** A valid credential as text, and a function that makes a credential of the same kind from another text. */
interface Issued {
  readonly text: string;
  readonly as: (text: string) => Credential;
}

async function ofKey({ api }: Given): Promise<Issued> {
  const { apiKey } = api.target.accounts.admin;
  if (apiKey === undefined) throw arrange.failure('The admin has no API key.');
  return { text: apiKey.reveal(), as: wrong.key };
}

async function ofSession({ users }: Given): Promise<Issued> {
  return { text: (await users.sessions.id(users.withPassword())).id.reveal(), as: wrong.session };
}

async function ofToken({ users }: Given): Promise<Issued> {
  const token = await users.sessions.token(users.withPassword());
  return { text: token.token.reveal(), as: (text) => ({ ...token, token: new Secret(text) }) };
}

async function accepted(given: Given, by: (given: Given) => Promise<Issued>): Promise<Issued> {
  const issued = await by(given);
  await arrange.success(given.api.call('GetMFAConfig', { as: issued.as(issued.text) }));
  return issued;
}

/** Altered credentials, which must not work. Add a line for another requirement. */
for (const [id, issued, changed] of [
  ['access/cut-key-is-refused', ofKey, (key: string) => [key.slice(0, -1)]],
  ['access/key-with-more-is-refused', ofKey, (key: string) => [`${key}0`]],
  ['access/key-in-other-case-is-refused', ofKey, inOtherCase],
  ['access/near-key-is-refused', ofKey, (key: string) => [...nearly(key), withOtherEnd(key)]],
  ['access/near-session-is-refused', ofSession, nearly],
  ['access/session-in-other-case-is-refused', ofSession, inOtherCase],
  ['access/near-token-is-refused', ofToken, (token: string) => [...nearly(token), ...unsigned(token)]],
  ['access/token-in-other-case-is-refused', ofToken, inOtherCase],
] as const)
  test(id, async ({ api, users }) => {
    const { text, as } = await arrange(accepted({ api, users }, issued));

    for (const near of changed(text)) {
      expect(await api.call('GetMFAConfig', { as: as(near) })).toBeRefused();
      if (issued === ofKey) expect(await api.call('GetSupportMFAConfig', { as: as(near) })).toBeRefused();
    }
  });

test('access/token-scheme-in-any-case', async ({ api, users }) => {
  const { text, as } = await arrange(accepted({ api, users }, ofToken));
  const [type = ''] = (headersOf(as(text))['Authorization'] ?? '').split(' ');

  for (const scheme of [type.toLowerCase(), type.toUpperCase()]) {
    const answer = await api.call('GetMFAConfig', { headers: { Authorization: `${scheme} ${text}` } });
    expect(answer).toBeAccepted();
  }
});

test('access/wrong-token-has-bearer-challenge', async ({ api }) => {
  const answer = await api.call('GetMFAConfig', { as: wrong.token('of-nobody-0123456789') });
  if (answer.status !== 401)
    arrange.notApplicable(`the target answers ${answer.status} to a wrong token, not 401`);

  const seen = answer.headers['www-authenticate'] ?? null;
  const [, other] =
    /^\s*(?!bearer\b|apikey\b|session|basic\b|digest\b|negotiate\b)([\w-]+)/i.exec(seen ?? '') ?? [];
  // RFC 6750 is about Bearer. A target may issue tokens of another type, which it names in its challenge.
  if (other !== undefined) arrange.notApplicable(`the challenge names the scheme ${other}, not Bearer`);
  const isBearer = /(?:^|,\s*)bearer\b/i.test(seen ?? '');
  demand(isBearer, { kind: 'field', name: 'WWW-Authenticate', rule: 'challenges by Bearer', seen }, answer);
});

test('access/no-credential-in-url', async ({ api, users, connection }) => {
  const user = users.withPassword();
  // A URL may be logged, so only credentials issued in this run go into one, never those of the target file.
  const { session } = await arrange.login(users.logins.whileOff(user));
  const isBySession = session?.scheme === 'SessionIdHeader';
  const { status, body } =
    isSince(connection.target.release, '7.1.2_u3') && users.sessions.whyNoTokens === undefined
      ? await users.sessions.requestToken(user)
      : { status: 404, body: undefined };
  const id = isBySession ? session.id.reveal() : '';
  const queries: Readonly<Record<string, string>>[] = isBySession
    ? [{ 'session-id': id }, { sessionId: id }]
    : [];
  const token = status === 201 ? textOf(body, 'accessToken') : undefined;
  // RFC 6750 2.3 allows a token in the query parameter access_token, so the test uses other names.
  if (token !== undefined) queries.push({ token }, { apiKey: token });

  for (const query of queries) {
    expect(await api.call('GetMFAConfig', { query })).toBeRefused();
  }
});

test('access/other-path-spellings-refuse-anonymous', async ({ api }) => {
  const options = { mayBeIgnored: true, asWritten: true } as const;
  const shownBy: Open[] = [];
  for (const path of ['/mfa-config', '/support-user/mfa']) {
    for (const spelling of [...spellingsOf(path), ...publicPaths.flatMap((open) => by(open, path))]) {
      // A server may close the connection on an odd request, or never answer it.
      const answer = await arrange.ifAnswered(api.probe('GET', spelling, options));
      // A server may return one page for all paths, so only a configuration counts.
      const shown = typeof memberOf(answer?.body, 'enabled') === 'boolean';
      const isRefused = answer !== undefined && answer.status >= 400 && answer.status < 500;
      if (answer !== undefined && shown && !isRefused) shownBy.push({ name: spelling, answer });
    }
  }
  expect(shownBy).toBeShut();
});

/** Paths that need no credential, the login first. */
const publicPaths = ['/users/sessions', '/email-otp', '/access-tokens'];

/** Returns spellings that contain a public path. A filter that checks only a part of the path lets them pass. */
function by(open: string, path: string): readonly string[] {
  const up = (dots: string) => `${open}${`/${dots}`.repeat(open.split('/').length - 1)}${path}`;
  const few = [`${path}?next=${open}`, `${path};${open}`, up('..')];
  const encoded = [
    `/users/..%2f${path.slice(1)}`,
    `/users/%2e%2e${path}`,
    `${open}/..%2f..%2f${path.slice(1)}`,
  ];
  return open === publicPaths[0] ? [...few, up('..;'), up('%2e%2e'), ...encoded] : few;
}

/** For each character another one that fits the same alphabet, be it hexadecimal or larger. */
const followers = new Map(
  ['0123456789', 'abcdef', 'ABCDEF', 'ghijklmnopqrstuvwxyz', 'GHIJKLMNOPQRSTUVWXYZ'].flatMap((ring) =>
    [...ring].map((one, at) => [one, ring[(at + 1) % ring.length] ?? one] as const),
  ),
);

/** Replaces the last character by one that no encoding of bytes uses, so that it can't stand for the same bytes. */
const withOtherEnd = (text: string) => text.replace(/.$/, (end) => (end === '~' ? '0' : '~'));

/**
 * Returns texts that differ a little: without the last two characters, with two others in their place, with two more,
 * and with four others in the middle. One other character at the end is not enough, because a base64 decoder may ignore
 * it.
 */
function nearly(text: string): readonly string[] {
  const [padding] = /=*$/.exec(text) ?? [''];
  const bare = text.slice(0, text.length - padding.length);
  const others = bare.at(-2)?.toUpperCase() === 'A' ? 'BB' : 'AA';
  const cut = bare.slice(0, -2);
  const middle = Math.max(0, Math.floor(bare.length / 2) - 2);
  const next = bare.slice(middle, middle + 4).replace(/[\da-z]/gi, (one) => followers.get(one) ?? one);
  const inside = `${bare.slice(0, middle)}${next}${bare.slice(middle + 4)}`;
  const near = [cut, `${cut}${others}`, `${bare}AA`, inside].filter((each) => each !== bare);
  return near.map((each) => `${each}${padding}`);
}

/** Returns forgeries of a JWT that anybody can make (RFC 7519 6, RFC 8725 3.1); none if the token is not a JWT. */
function unsigned(token: string): readonly string[] {
  const [header, payload, signature, ...rest] = token.split('.');
  const fields = objectIn(header);
  const claims = objectIn(payload);
  if (fields === undefined || claims === undefined || !signature || rest.length > 0) return [];
  const inBase64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const none = ['none', 'None', 'NONE'].map((alg) => `${inBase64({ ...fields, alg })}.${payload}.`);
  return [...none, `${header}.${payload}.`, `${header}.${inBase64({ ...claims, more: 0 })}.${signature}`];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const objectIn = (part = '') => jsonOf(Buffer.from(part, 'base64url').toString(), isObject);

/** Swaps the case of a text. Not applicable to hexadecimal texts such as UUIDs, which ignore case (RFC 9562 4). */
function inOtherCase(text: string): readonly string[] {
  const other = text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  if (other === text || /^[0-9a-f-]+$/i.test(text))
    arrange.notApplicable(
      'the credential has no letters, or is hexadecimal (a UUID, say), where case may not matter',
    );
  return [other];
}
