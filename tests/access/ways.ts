import type { Answer, Api, Changed, Credential, Open } from '../../fixtures/index.js';
import { arrange, changeWords, culpritOf, memberOf, spellingsOf } from '../../fixtures/index.js';

/** A write of the API, and how its answer shows that it was taken for one. */
export interface Write {
  readonly method: 'PUT' | 'PATCH' | 'POST';
  readonly path: string;
  readonly isDone: (answer: Answer) => boolean;
  readonly part: 'cluster' | 'support';
}

export const writes = {
  cluster: { method: 'PUT', path: '/mfa-config', isDone: ({ status }) => status === 204, part: 'cluster' },
  support: {
    method: 'PATCH',
    path: '/support-user/mfa',
    isDone: ({ status, body }) => status < 300 && typeof memberOf(body, 'enabled') === 'boolean',
    part: 'support',
  },
  verify: {
    method: 'POST',
    path: '/support-user/verify-totp',
    isDone: ({ status, body }) => status < 300 && typeof memberOf(body, 'success') === 'boolean',
    part: 'support',
  },
} as const satisfies Readonly<Record<string, Write>>;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

/** Another way to ask for a write: what differs from it. */
export type Way = Partial<Request>;
type WaysOf = (write: Write) => readonly Way[];

/** A line more is a way more. */
export const spellings: WaysOf = ({ path }) => [
  ...[...spellingsOf(path), `${path}%20`, `${path}%2f`, `${path}%00`].map((other) => ({ path: other })),
  ...['POST', 'PUT', 'PATCH'].map((method) => ({ method })),
  // Another reader for the same body.
  { headers: { 'Content-Type': 'application/merge-patch+json' } },
  { headers: { 'Content-Type': 'text/plain' } },
];

/** Those, and what a server minds for every path alike, or for none. */
export const detours: WaysOf = (write) => [
  ...spellings(write),
  // Methods named elsewhere than in the request line.
  { method: 'POST', headers: { 'X-HTTP-Method-Override': write.method } },
  { method: 'POST', headers: { 'X-HTTP-Method': write.method } },
  { method: 'POST', headers: { 'X-Method-Override': write.method } },
  { method: 'POST', query: { _method: write.method } },
  { method: 'GET', headers: { 'X-HTTP-Method-Override': write.method } },
  { headers: { 'X-HTTP-Method-Override': 'GET' } },
  { headers: { 'X-HTTP-Method-Override': 'OPTIONS' } },
  // Paths named elsewhere, and what proxies are trusted with.
  { path: '/', headers: { 'X-Original-URL': write.path } },
  { path: '/', headers: { 'X-Rewrite-URL': write.path } },
  { headers: { 'X-Original-Method': 'GET' } },
  { headers: { 'X-Forwarded-For': '127.0.0.1' } },
  { headers: { 'X-Forwarded-User': 'admin' } },
  { headers: { 'X-Remote-User': 'admin' } },
];

/** What is a documented request tries no other way: that has a requirement of its own. */
const isOther = ({ method, path, headers, query }: Request, operation: Pick<Request, 'method' | 'path'>) =>
  method !== operation.method || path !== operation.path || headers !== undefined || query !== undefined;

/** What was read, or only asked about: a target may go by either method. An answer to a read shows a configuration. */
function isReading({ method, headers = {} }: Request, { status, body }: Answer): boolean {
  const methods = [method, ...Object.values(headers)];
  if (methods.includes('OPTIONS')) return true;
  return methods.includes('GET') && status === 200 && typeof memberOf(body, 'enabled') === 'boolean';
}

export interface Trial {
  readonly as: Credential;
  readonly body: unknown;
  readonly undone: () => Promise<readonly Changed[]>;
}

/** @throws ArrangeError where the documented way is open: that is for another requirement to tell */
export async function openWays(
  api: Api,
  write: Write,
  ways: readonly Way[],
  trial: Trial,
): Promise<readonly Open[]> {
  const operations = [...api.contract.operations.values()];
  const requests = ways
    .map((way): Request => ({ method: write.method, path: write.path, ...way }))
    .filter((request) => operations.every((operation) => isOther(request, operation)));
  const written = { as: trial.as, anyJson: trial.body, mayChange: true } as const;
  const send = ({ method, path, ...rest }: Request) =>
    api.probe(method, path, { ...rest, ...written, mayBeIgnored: true });
  // As documented: an answer is owed to it, and waited for as to any other.
  const plain = await api.probe(write.method, write.path, written);
  if (write.isDone(plain) || (await trial.undone()).length > 0)
    throw arrange.failure(`${write.method} ${write.path} itself is not refused: other ways tell nothing.`);
  const found = await culpritOf({
    tries: requests,
    // A server may end the connection at what it finds odd, or never answer it: that opens nothing.
    send: (request) => arrange.ifAnswered(send(request)),
    // What such an answer doesn't tell, what is different afterwards does.
    isTaken: (request, answer) => !isReading(request, answer) && write.isDone(answer),
    changes: trial.undone,
  });
  if (found === undefined || found.tries.length > 1) return [];
  const name = [JSON.stringify(found.tries[0]), ...found.changes.map(changeWords)].join('; ');
  return [{ name, answer: found.answer ?? plain }];
}
