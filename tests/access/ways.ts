import type { Answer, Api, Changed, Credential, Open } from '../../fixtures/index.js';
import { arrange, changeWords, culpritOf, memberOf, spellingsOf } from '../../fixtures/index.js';

/** A write of the API, and how its answer shows that it was carried out. */
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

/** Another way to request a write, as its differences from it. */
export type Way = Partial<Request>;
type WaysOf = (write: Write) => readonly Way[];

/** A further line is a further way. */
export const spellings: WaysOf = ({ path }) => [
  ...[...spellingsOf(path), `${path}%20`, `${path}%2f`, `${path}%00`].map((other) => ({ path: other })),
  ...['POST', 'PUT', 'PATCH'].map((method) => ({ method })),
  // Another parser for the same body.
  { headers: { 'Content-Type': 'application/merge-patch+json' } },
  { headers: { 'Content-Type': 'text/plain' } },
];

/** Those, and features that a server checks for every path or for none. */
export const detours: WaysOf = (write) => [
  ...spellings(write),
  // The method stands outside the request line.
  { method: 'POST', headers: { 'X-HTTP-Method-Override': write.method } },
  { method: 'POST', headers: { 'X-HTTP-Method': write.method } },
  { method: 'POST', headers: { 'X-Method-Override': write.method } },
  { method: 'POST', query: { _method: write.method } },
  { method: 'GET', headers: { 'X-HTTP-Method-Override': write.method } },
  { headers: { 'X-HTTP-Method-Override': 'GET' } },
  { headers: { 'X-HTTP-Method-Override': 'OPTIONS' } },
  // The path stands outside the request line, where proxies may put it.
  { path: '/', headers: { 'X-Original-URL': write.path } },
  { path: '/', headers: { 'X-Rewrite-URL': write.path } },
  { headers: { 'X-Original-Method': 'GET' } },
  { headers: { 'X-Forwarded-For': '127.0.0.1' } },
  { headers: { 'X-Forwarded-User': 'admin' } },
  { headers: { 'X-Remote-User': 'admin' } },
];

/** Leaves out documented requests, which have requirements of their own. */
const isOther = ({ method, path, headers, query }: Request, operation: Pick<Request, 'method' | 'path'>) =>
  method !== operation.method || path !== operation.path || headers !== undefined || query !== undefined;

/** Whether the target may have treated the request as a read: then its answer shows a configuration. */
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

/** @throws ArrangeError if the documented way is open, which another requirement reports */
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
  // The documented request must be answered like any other.
  const plain = await api.probe(write.method, write.path, written);
  if (write.isDone(plain) || (await trial.undone()).length > 0)
    throw arrange.failure(`${write.method} ${write.path} itself is not refused: other ways tell nothing.`);
  const found = await culpritOf({
    tries: requests,
    // A server may close the connection on an odd request, or never answer it: both open nothing.
    send: (request) => arrange.ifAnswered(send(request)),
    // If the answer doesn't show a write, a changed state does.
    isTaken: (request, answer) => !isReading(request, answer) && write.isDone(answer),
    changes: trial.undone,
  });
  if (found === undefined || found.tries.length > 1) return [];
  const name = [JSON.stringify(found.tries[0]), ...found.changes.map(changeWords)].join('; ');
  return [{ name, answer: found.answer ?? plain }];
}
