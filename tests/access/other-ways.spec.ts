import type { Answer, Connection, Credential, Fixtures, Users } from '../../fixtures/index.js';
import {
  anonymous,
  arrange,
  configs,
  culpritOf,
  expect,
  memberOf,
  prepared,
  shownChanges,
  spellingsOf,
  test,
} from '../../fixtures/index.js';

interface Write {
  readonly method: 'PUT' | 'PATCH' | 'POST';
  readonly path: string;
  readonly part: 'cluster' | 'support';
  readonly waysOf: WaysOf;
  /** Returns a harmless body. On a disposable target it changes something, so that GET shows an accepted write. */
  readonly body: (connection: Connection) => Promise<unknown>;
  readonly isDone: (answer: Answer) => boolean;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

type Documented = Pick<Request, 'method' | 'path'>;
type WaysOf = (write: Documented) => readonly Partial<Request>[];

/** Other spellings, methods and media types. Add a line for another. */
const spellings: WaysOf = ({ path }) => [
  ...[...spellingsOf(path), `${path}%20`, `${path}%2f`, `${path}%00`].map((other) => ({ path: other })),
  ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ method })),
  // A different media type may select a different parser.
  { headers: { 'Content-Type': 'application/merge-patch+json' } },
  { headers: { 'Content-Type': 'text/plain' } },
];

/** The spellings, and requests that servers treat the same on every path, so that one write is enough for them. */
const detours: WaysOf = (write) => [
  ...spellings(write),
  // These requests name the method in a header field instead of the request line.
  { method: 'POST', headers: { 'X-HTTP-Method-Override': write.method } },
  { method: 'POST', headers: { 'X-HTTP-Method': write.method } },
  { method: 'POST', headers: { 'X-Method-Override': write.method } },
  { method: 'POST', query: { _method: write.method } },
  { method: 'GET', headers: { 'X-HTTP-Method-Override': write.method } },
  { headers: { 'X-HTTP-Method-Override': 'GET' } },
  { headers: { 'X-HTTP-Method-Override': 'OPTIONS' } },
  // These requests name the path, the method or the caller in header fields that proxies set.
  { path: '/', headers: { 'X-Original-URL': write.path } },
  { path: '/', headers: { 'X-Rewrite-URL': write.path } },
  { headers: { 'X-Original-Method': 'GET' } },
  { headers: { 'X-Forwarded-For': '127.0.0.1' } },
  { headers: { 'X-Forwarded-User': 'admin' } },
  { headers: { 'X-Remote-User': 'admin' } },
];

/** Tells whether a request is undocumented. Other requirements test documented ones. */
const isOther = ({ method, path, headers, query }: Request, operation: Documented) =>
  method !== operation.method || path !== operation.path || headers !== undefined || query !== undefined;

/** Says how a request differs from the documented one, such as `with the method POST, X-HTTP-Method: PUT`. */
function differenceWords(
  { method, path, headers = {}, query = {} }: Request,
  documented: Documented,
): string {
  const differences = [
    ...(method === documented.method ? [] : [`the method ${method}`]),
    ...(path === documented.path ? [] : [`the path ${path}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...Object.entries(query).map(([name, value]) => `${name}=${value} in the query`),
  ];
  return `with ${differences.join(', ')}`;
}

/** Tells whether the target may have treated the request as a read: OPTIONS, or a GET that shows a configuration. */
function isReading({ method, headers = {} }: Request, { status, body }: Answer): boolean {
  const methods = [method, ...Object.values(headers)];
  if (methods.includes('OPTIONS')) return true;
  return methods.includes('GET') && status === 200 && typeof memberOf(body, 'enabled') === 'boolean';
}

const writes: readonly Write[] = [
  {
    method: 'PUT',
    path: '/mfa-config',
    part: 'cluster',
    waysOf: detours,
    body: async (connection) => (await prepared('UpdateMFAConfig', connection)).anyJson,
    isDone: ({ status }) => status === 204,
  },
  {
    method: 'PATCH',
    path: '/support-user/mfa',
    part: 'support',
    waysOf: spellings,
    body: async (connection) => (await prepared('UpdateSupportMFAConfig', connection)).anyJson,
    isDone: ({ status, body }) => status < 300 && typeof memberOf(body, 'enabled') === 'boolean',
  },
  {
    method: 'POST',
    path: '/support-user/verify-totp',
    part: 'support',
    waysOf: spellings,
    body: async () => ({ totpCode: '000000' }),
    isDone: ({ status, body }) => status < 300 && typeof memberOf(body, 'success') === 'boolean',
  },
];

for (const [id, by] of [
  ['access/no-other-way-to-write-without-credentials', async () => anonymous],
  ['access/no-other-way-to-write-for-a-viewer', (users: Users) => users.sessions.viewer()],
] as const)
  test(id, async ({ api, connection, users, cluster, support, state }) => {
    const as = await arrange(by(users));
    for (const write of writes)
      await expectNoOtherWay({ api, connection, cluster, support, state }, write, as);
  });

test('access/head-refuses-anonymous', async ({ api, admin }) => {
  for (const path of ['/mfa-config', '/support-user/mfa']) {
    const known = await arrange(api.probe('HEAD', path, { as: admin }));
    if ((await arrange(api.probe('GET', path))).status < 300)
      throw arrange.failure(`An anonymous GET ${path} is not refused, so the answer to HEAD shows nothing.`);
    // If the target refuses HEAD even to the admin, its refusal to anonymous callers shows nothing.
    if (known.status < 300) expect(await api.probe('HEAD', path)).toBeRefused();
  }
});

/** @throws ArrangeError if the target accepts the documented request itself, which another requirement reports */
async function expectNoOtherWay(
  given: Pick<Fixtures, 'api' | 'connection' | 'cluster' | 'support' | 'state'>,
  { method, path, part, waysOf, body, isDone }: Write,
  as: Credential,
): Promise<void> {
  const { api, connection, cluster, support, state } = given;
  const sent = { as, anyJson: await arrange(body(connection)), mayChange: true } as const;
  const before = await arrange(state.snapshot(part));
  const changes = async () => {
    const found = await state.changesSince(before);
    if (found.length > 0)
      await (part === 'cluster' ? cluster.giveBack(before.cluster) : support.giveBack(before.support));
    return found;
  };
  // If the target accepts the documented request without the right credential, the other requests show nothing.
  const plain = await api.probe(method, path, sent);
  if (isDone(plain) || (await changes()).length > 0)
    throw arrange.failure(`${method} ${path} itself is not refused, so other requests show nothing.`);

  const operations = [...api.contract.operations.values()];
  const found = await culpritOf({
    tries: waysOf({ method, path })
      .map((way): Request => ({ method, path, ...way }))
      .filter((request) => operations.every((operation) => isOther(request, operation))),
    // A server may close the connection on an odd request or never answer it. Both count as refusals.
    send: ({ method, path, ...more }) =>
      arrange.ifAnswered(api.probe(method, path, { ...more, ...sent, mayBeIgnored: true })),
    // If the answer doesn't show that the write was done, the changed state does.
    isTaken: (request, answer) => !isReading(request, answer) && isDone(answer),
    changes,
  });
  if (found === undefined || found.tries.length > 1) return;
  const [request = { method, path }] = found.tries;
  const changed = shownChanges(found.changes).map(configs.changeWords);
  const name = [differenceWords(request, { method, path }), ...changed].join('; ');
  expect([{ name, answer: found.answer ?? plain }]).toBeShut();
}
