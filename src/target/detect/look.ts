import type { Contract } from '../../contract/openapi/contract.js';
import { type OperationId, operationRow } from '../../contract/openapi/operations.js';
import { anonymous, type Credential } from '../../wire/http/credential.js';
import type { Answer } from '../connection/api.js';
import type { Connection } from '../connection/connection.js';

export interface Read {
  readonly operation: OperationId;
  readonly status: number;
  readonly body: unknown;
}

export interface Look {
  readonly letIn: boolean;
  readonly credential: string;
  readonly answers: readonly Read[];
  /** By path: true if it exists. Undefined if the target's answers don't show it. */
  readonly paths: ReadonlyMap<string, boolean> | undefined;
  /** The methods in Allow, for paths that send it. */
  readonly allowed: ReadonlyMap<string, ReadonlySet<string>>;
  /** The challenges of a 401, in lower case; empty without any. */
  readonly challenges: string;
  readonly requests: number;
}

/** A path outside all releases, which shows the target's answer to unknown paths. */
const nowhere = '/mfa-conformance-looks-for-nothing';
/** A path with POST only in every release, which shows the target's answer to other methods. */
const postOnly = '/totp-key';

/** Reads a target by GET and OPTIONS alone: without an API key as anonymous, since a login needs a POST. */
export async function look(connection: Connection, contracts: readonly Contract[]): Promise<Look> {
  const { api, target } = connection;
  let requests = 0;
  const send = (method: string, path: string, as: Credential): Promise<Answer> => {
    requests += 1;
    return api.probe(method, path, { as });
  };
  const key = target.accounts.admin.apiKey;
  const credential: Credential = key === undefined ? anonymous : { scheme: 'APIKeyHeader', key };
  const answers: Read[] = [];
  let letIn = false;
  let challenges = '';
  for (const operation of ['GetMFAConfig', 'GetSupportMFAConfig'] as const) {
    const [path] = operationRow(operation).paths;
    for (const as of key === undefined ? [anonymous] : [anonymous, credential]) {
      const { status, body, headers } = await send('GET', path, as);
      answers.push({ operation, status, body });
      if (status === 401) challenges += ` ${headers['www-authenticate'] ?? ''}`.toLowerCase();
      if (as !== anonymous && status === 200) letIn = true;
    }
  }

  const statusOf = async (path: string): Promise<number> => (await send('GET', path, credential)).status;
  const paths = new Map<string, boolean>();
  const tellsPaths = (await statusOf(nowhere)) === 404 && (await statusOf(postOnly)) !== 404;
  for (const path of tellsPaths ? differingPaths(contracts) : [])
    paths.set(path, (await statusOf(path)) !== 404);

  const allowed = new Map<string, ReadonlySet<string>>();
  for (const path of pathsOfDifferingMethods(contracts)) {
    const { headers } = await send('OPTIONS', path, credential);
    const methods = headers['allow']?.toUpperCase().match(/[^\s,]+/g) ?? [];
    if (headers['allow'] !== undefined) allowed.set(path, new Set(methods));
  }
  return {
    letIn,
    credential: accessWords(key !== undefined, letIn),
    answers,
    paths: tellsPaths ? paths : undefined,
    allowed,
    challenges: challenges.trim(),
    requests,
  };
}

function accessWords(hasKey: boolean, letIn: boolean): string {
  if (letIn) return 'with the API key of accounts.admin';
  return hasKey
    ? 'from outside only: the API key of accounts.admin was not let in'
    : 'from outside only: accounts.admin has no apiKey, and logging in is not reading';
}

export function differingPaths(contracts: readonly Contract[]): string[] {
  const sets = contracts.map(({ operations }) => new Set([...operations.values()].map(({ path }) => path)));
  const all = new Set(sets.flatMap((set) => [...set]));
  return [...all].filter((path) => !sets.every((set) => set.has(path))).sort();
}

export function pathsOfDifferingMethods(contracts: readonly Contract[]): string[] {
  const methods = contracts.map(methodsByPath);
  const [first = new Map<string, string>()] = methods;
  return [...first.keys()]
    .filter((path) => methods.every((each) => each.has(path)))
    .filter((path) => new Set(methods.map((each) => each.get(path))).size > 1)
    .sort();
}

/** By path: the methods in upper case, sorted and joined by spaces. */
export function methodsByPath({ operations }: Contract): Map<string, string> {
  const found = new Map<string, string>();
  for (const { path, method } of operations.values())
    found.set(path, [...(found.get(path)?.split(' ') ?? []), method].sort().join(' '));
  return found;
}
