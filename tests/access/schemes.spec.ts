import type { Answer, Api, Credential, Open } from '../../fixtures/index.js';
import {
  arrange,
  demand,
  expect,
  headersOf,
  isSince,
  jsonOf,
  memberOf,
  notApplicable,
  Secret,
  test,
  textOf,
} from '../../fixtures/index.js';

test('access/cut-key-is-refused', async ({ api, connection, admin }) => {
  const key = connection.target.accounts.admin.apiKey?.reveal() ?? '';
  await arrange(api.call('GetMFAConfig', { as: admin }));

  for (const answer of await readsWith(api, key.slice(0, -1))) expect(answer).toBeRefused();
});

test('access/key-in-other-case-is-refused', async ({ api, connection, admin }) => {
  const key = connection.target.accounts.admin.apiKey?.reveal() ?? '';
  const other = inOtherCase(key);
  if (other === key) notApplicable("the admin's API key has no letters");
  if (isHexadecimal(key))
    notApplicable("the admin's API key is a UUID or a number, whose case means nothing");
  await arrange(api.call('GetMFAConfig', { as: admin }));

  for (const answer of await readsWith(api, other)) expect(answer).toBeRefused();
});

test('access/key-with-more-is-refused', async ({ api, connection, admin }) => {
  const key = connection.target.accounts.admin.apiKey?.reveal() ?? '';
  await arrange(api.call('GetMFAConfig', { as: admin }));

  for (const answer of await readsWith(api, `${key}0`)) expect(answer).toBeRefused();
});

test('access/near-session-is-refused', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const session = await arrange(users.sessions.id(users.withPassword()));
  await arrangeAccepted(api.call('GetMFAConfig', { as: session }));
  const id = session.id.reveal();

  for (const near of nearly(id)) {
    const as: Credential = { scheme: 'SessionIdHeader', id: new Secret(near) };
    expect(await api.call('GetMFAConfig', { as })).toBeRefused();
  }
});

test('access/session-in-other-case-is-refused', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const session = await arrange(users.sessions.id(users.withPassword()));
  await arrangeAccepted(api.call('GetMFAConfig', { as: session }));
  const id = session.id.reveal();
  if (!hasCase(id)) notApplicable(withoutCase);

  const as: Credential = { scheme: 'SessionIdHeader', id: new Secret(inOtherCase(id)) };
  expect(await api.call('GetMFAConfig', { as })).toBeRefused();
});

test('access/near-token-is-refused', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const as = await users.sessions.token(users.withPassword());
  await arrangeAccepted(api.call('GetMFAConfig', { as }));
  const [tokenType = '', token = ''] = (headersOf(as)['Authorization'] ?? '').split(' ');

  for (const near of [...nearly(token), ...unsigned(token)]) {
    const nearlyAs: Credential = { scheme: 'Bearer', tokenType, token: new Secret(near) };
    expect(await api.call('GetMFAConfig', { as: nearlyAs })).toBeRefused();
  }
});

test('access/token-in-other-case-is-refused', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const as = await users.sessions.token(users.withPassword());
  await arrangeAccepted(api.call('GetMFAConfig', { as }));
  const [tokenType = '', token = ''] = (headersOf(as)['Authorization'] ?? '').split(' ');
  if (!hasCase(token)) notApplicable(withoutCase);

  const cased: Credential = { scheme: 'Bearer', tokenType, token: new Secret(inOtherCase(token)) };
  expect(await api.call('GetMFAConfig', { as: cased })).toBeRefused();
});

test('access/token-scheme-in-any-case', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const as = await users.sessions.token(users.withPassword());
  await arrangeAccepted(api.call('GetMFAConfig', { as }));
  const [type = '', token = ''] = (headersOf(as)['Authorization'] ?? '').split(' ');

  for (const scheme of [type.toLowerCase(), type.toUpperCase()]) {
    const answer = await api.call('GetMFAConfig', { headers: { Authorization: `${scheme} ${token}` } });
    expect(answer).toBeAccepted();
  }
});

test('access/wrong-token-has-bearer-challenge', async ({ api }) => {
  const token = new Secret('of-nobody-0123456789');
  const answer = await api.call('GetMFAConfig', { as: { scheme: 'Bearer', tokenType: 'Bearer', token } });
  if (answer.status !== 401) notApplicable(`a wrong token is answered ${answer.status}, not 401`);

  const seen = answer.headers['www-authenticate'] ?? null;
  const isBearer = /(?:^|,\s*)bearer\b/i.test(seen ?? '');
  demand(isBearer, { kind: 'field', name: 'WWW-Authenticate', rule: 'challenges by Bearer', seen }, answer);
});

test('access/no-credential-in-url', async ({ api, users, cluster, connection }) => {
  await arrange(cluster.off());
  const user = users.withPassword();
  // Got in this run, and worth nothing after it: what the target file holds never goes into a URL.
  const { session } = await arrange.login(users.logins.withoutCode(user));
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
  // As access_token it may be taken (RFC 6750 2.3).
  if (token !== undefined) queries.push({ token }, { apiKey: token });

  for (const query of queries) {
    const answer = await api.call('GetMFAConfig', { query });
    expect(answer).toBeRefused();
  }
});

test('access/other-path-spellings-refuse-anonymous', async ({ api }) => {
  const shownBy: Open[] = [];
  for (const path of ['/mfa-config', '/support-user/mfa']) {
    for (const spelling of [...spellingsOf(path), ...publicPaths.flatMap((open) => by(open, path))]) {
      // A server may end the connection at what it finds odd, or never answer it.
      const answer = await arrange.ifAnswered(
        api.probe('GET', spelling, { mayBeIgnored: true, asWritten: true }),
      );
      // A page that is served for any path shows no configuration.
      const shown = typeof memberOf(answer?.body, 'enabled') === 'boolean';
      const isRefused = answer !== undefined && answer.status >= 400 && answer.status < 500;
      if (answer !== undefined && shown && !isRefused) shownBy.push({ name: spelling, answer });
    }
  }
  expect(shownBy).toBeShut();
});

/** Of one path, those that servers and proxies in front of them may take for it. */
function spellingsOf(path: string): readonly string[] {
  const first = path.charAt(1);
  return [
    `${path}/`,
    `${path};x=1`,
    `${path}.json`,
    `/${path}`,
    `/%${first.charCodeAt(0).toString(16)}${path.slice(2)}`,
    path.toUpperCase(),
  ];
}

/** What is asked for without a credential, that of logins first. */
const publicPaths = ['/users/sessions', '/email-otp', '/access-tokens'];

/**
 * Of one path, those that begin with a public one, or hold it: what lets public paths pass may go by a part of a path, and
 * what serves them by where it leads.
 */
function by(open: string, path: string): readonly string[] {
  const up = (dots: string) => `${open}${`/${dots}`.repeat(open.split('/').length - 1)}${path}`;
  const few = [`${path}?next=${open}`, `${path};${open}`, up('..')];
  return open === publicPaths[0] ? [...few, up('..;'), up('%2e%2e')] : few;
}

/**
 * A credential without its last characters, with another one near its end, and with more. Never the last one alone: in
 * base64 some of its bits may mean nothing; nor anything behind its padding, where decoders stop to read.
 */
function nearly(text: string): readonly string[] {
  const [padding] = /=*$/.exec(text) ?? [''];
  const bare = text.slice(0, text.length - padding.length);
  const at = Math.max(0, bare.length - 4);
  const other = bare[at]?.toUpperCase() === 'A' ? 'B' : 'A';
  const changed = `${bare.slice(0, at)}${other}${bare.slice(at + 1)}`;
  return [bare.slice(0, -2), changed, `${bare}AA`].flatMap((near) =>
    near === bare ? [] : [`${near}${padding}`],
  );
}

/** Of a JWT, those that anybody can make (RFC 7519 6, RFC 8725 3.1); nothing of another token. */
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

function objectIn(part = ''): object | undefined {
  return jsonOf(Buffer.from(part, 'base64url').toString(), isObject);
}

const withoutCase = 'what the target hands out is a number, or has no letters: it has no other case';

function hasCase(text: string): boolean {
  return !isHexadecimal(text) && inOtherCase(text) !== text;
}

/** A UUID is compared without regard to case (RFC 9562 4), and so may be any number in this notation. */
function isHexadecimal(text: string): boolean {
  return /^[0-9a-f-]+$/i.test(text);
}

function inOtherCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

/** Both configurations, asked for with a key. */
async function readsWith(api: Api, key: string): Promise<readonly Answer[]> {
  const as: Credential = { scheme: 'APIKeyHeader', key: new Secret(key) };
  return [await api.call('GetMFAConfig', { as }), await api.call('GetSupportMFAConfig', { as })];
}

async function arrangeAccepted(step: Promise<Answer>): Promise<void> {
  const { status } = await step;
  if (status >= 300) throw arrange.failure(`A new credential was answered ${status}: it opens nothing.`);
}
