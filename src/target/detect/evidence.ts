import type { ReleaseName } from '../../base/model/releases.js';
import type { Contract } from '../../contract/openapi/contract.js';
import { seenIn } from '../../contract/openapi/coverage.js';
import {
  callOf,
  isOperationId,
  type OperationId,
  operationIds,
  operationRow,
} from '../../contract/openapi/operations.js';
import { anonymous, type Credential } from '../../wire/http/credential.js';
import type { Answer } from '../connection/api.js';
import { keyOf } from '../connection/call.js';
import type { Connection } from '../connection/connection.js';

/** One observation, or the lack of an expected one. It supports some releases and contradicts others. */
export interface Evidence {
  readonly text: string;
  readonly supports: readonly ReleaseName[];
  readonly contradicts: readonly ReleaseName[];
  /** `strong`: a contradicted release can't show this. `weak`: it may, because the property is optional. */
  readonly strength: 'strong' | 'weak';
  /** Whether the target lacks an operation of the contradicted releases. This rules them out. */
  readonly refutes?: true;
}

/** Properties that only requests have, although the documents list them in the schemas of answers. */
const neverAnswered = ['mfaCode', 'currentPassword', 'referenceId'];

type Keys = ReadonlySet<string>;

export function evidenceIn(look: Look, contracts: readonly Contract[]): Evidence[] {
  return [
    ...pathEvidence(look, contracts),
    ...methodEvidence(look, contracts),
    ...answerEvidence(look, contracts),
    ...challengeEvidence(look, contracts),
  ].filter(({ contradicts }) => contradicts.length > 0 && contradicts.length < contracts.length);
}

function pathEvidence({ paths }: Look, contracts: readonly Contract[]): Evidence[] {
  if (paths === undefined) return [];
  return differingPaths(contracts).flatMap((path): Evidence[] => {
    const isThere = paths.get(path) === true;
    const having = contracts.filter(({ operations }) =>
      [...operations.values()].some((operation) => operation.path === path),
    );
    const others = contracts.filter((contract) => !having.includes(contract));
    // The paths of the same operation in all releases, newest first.
    const named = operationIds.map((id) => operationRow(id).paths).filter((paths) => paths.includes(path));
    if (!named.some((paths) => paths.length > 1)) {
      const text = `${path} is ${isThere ? '' : 'not '}there`;
      return [evidenceFor(releasesOf(isThere ? having : others), contracts, text, 'strong', !isThere)];
    }
    if (!isThere) return [];
    // A target may keep the old path beside the new one. So the path contradicts only releases of which the
    // target has no path at all.
    const lacking = others.filter(({ operations }) =>
      [...operations.values()].every((operation) => paths.get(operation.path) !== true),
    );
    return [
      {
        text: `${path} is there`,
        supports: releasesOf(having),
        contradicts: releasesOf(lacking),
        strength: 'strong',
        // Only the newest path refutes: a new target may keep an old path, but an old target doesn't have the new one.
        ...(named.some(([newest]) => newest === path) ? { refutes: true as const } : {}),
      },
    ];
  });
}

function methodEvidence({ allowed }: Look, contracts: readonly Contract[]): Evidence[] {
  return pathsOfDifferingMethods(contracts).flatMap((path): Evidence[] => {
    const allow = allowed.get(path);
    const documented = (contract: Contract) => methodsOf(contract, path);
    const all = new Set(contracts.flatMap(documented));
    const common = [...all].filter((method) => contracts.every((each) => documented(each).includes(method)));
    // If Allow lacks methods that all releases have, the target uses Allow for something else.
    if (allow === undefined || common.some((method) => !allow.has(method))) return [];
    const differing = [...all].filter((method) => !common.includes(method)).sort();
    return differing.map((method) => {
      const fitting = contracts.filter((each) => documented(each).includes(method) === allow.has(method));
      const text = `${path} ${allow.has(method) ? 'allows' : 'does not allow'} ${method} (Allow)`;
      return evidenceFor(releasesOf(fitting), contracts, text, 'strong', !allow.has(method));
    });
  });
}

function answerEvidence({ answers }: Look, contracts: readonly Contract[]): Evidence[] {
  const seen = contracts.map(({ release }) => ({ release, keys: new Set<string>() }));
  const asked = new Set<string>();
  for (const { operation, status, body } of answers) {
    if (body === undefined) continue;
    asked.add(status < 400 ? `${operation} ${status}` : 'error');
    contracts.forEach((contract, index) => {
      const { properties, enumValues } = seenIn(contract, operation, status, body);
      for (const key of properties) seen[index]?.keys.add(inWords(key));
      for (const value of enumValues) seen[index]?.keys.add(`the value ${value}`);
    });
  }
  const all = new Set(seen.flatMap(({ keys }) => [...keys]));
  const evidence = [...all].map((key) => {
    const knowing = seen.filter(({ keys }) => keys.has(key)).map(({ release }) => release);
    return evidenceFor(knowing, contracts, `${key} was seen`);
  });
  return [...evidence, ...absences(contracts, asked, all)].sort((one, other) =>
    one.text < other.text ? -1 : 1,
  );
}

function absences(contracts: readonly Contract[], asked: Keys, seen: Keys): Evidence[] {
  const keysIn = (contract: Contract) => ({ release: contract.release, keys: keysOf(contract, asked) });
  const documented = contracts.map(keysIn);
  const all = new Set(documented.flatMap(({ keys }) => [...keys]));
  return [...all]
    .filter((key) => !seen.has(key) && !neverAnswered.some((name) => key.includes(name)))
    .map((key) => {
      const lacking = documented.filter(({ keys }) => !keys.has(key)).map(({ release }) => release);
      return evidenceFor(lacking, contracts, `${key} was not seen`, 'weak');
    });
}

function keysOf({ operations }: Contract, asked: Keys): Keys {
  const keys = new Set<string>();
  for (const { id, success, error } of operations.values()) {
    if (asked.has(`${id} ${success.status}`)) {
      for (const { pointer } of success.properties) keys.add(inWords(`${id} ${success.status} ${pointer}`));
    }
    if (asked.has('error')) {
      for (const { pointer } of error.properties) keys.add(inWords(`${id} default ${pointer}`));
    }
  }
  return keys;
}

/** Puts a key of the coverage into words. All errors share their properties, so these don't name the operation. */
function inWords(key: string): string {
  const [id = '', status, pointer = ''] = key.split(' ');
  const name = pointer.slice(1).replaceAll('/', '.');
  if (status === 'default') return `${name} in errors`;
  return `${name} in the answer to ${isOperationId(id) ? callOf(id) : id}`;
}

function challengeEvidence({ challenges }: Look, contracts: readonly Contract[]): Evidence[] {
  if (!/\bbearer\b/.test(challenges)) return [];
  const fitting = contracts.filter(({ credentials }) => credentials.includes('Bearer'));
  return [evidenceFor(releasesOf(fitting), contracts, 'WWW-Authenticate offers Bearer', 'weak')];
}

function evidenceFor(
  supports: readonly ReleaseName[],
  contracts: readonly Contract[],
  text: string,
  strength: Evidence['strength'] = 'strong',
  refutes = false,
): Evidence {
  const contradicts = releasesOf(contracts).filter((release) => !supports.includes(release));
  return { text, supports, contradicts, strength, ...(refutes ? { refutes } : {}) };
}

function releasesOf(contracts: readonly Contract[]): ReleaseName[] {
  return contracts.map(({ release }) => release);
}

type Look = Awaited<ReturnType<typeof look>>;

/** A path that no release has. Shows how the target answers unknown paths. */
const nowhere = '/mfa-conformance-looks-for-nothing';
/** A path that every release has with POST only. Shows how the target answers other methods. */
const postOnly = '/totp-key';

/** Reads a target by GET and OPTIONS alone. Without an API key it reads anonymously, since a login needs a POST. */
export async function look(connection: Connection, contracts: readonly Contract[]) {
  const { api, target } = connection;
  let requests = 0;
  const send = (method: string, path: string, as: Credential): Promise<Answer> => {
    requests += 1;
    return api.probe(method, path, { as });
  };
  const key = keyOf(target.accounts.admin);
  const credential = key ?? anonymous;
  const answers: { operation: OperationId; status: number; body: unknown }[] = [];
  let letIn = false;
  let challenges = '';
  for (const operation of ['GetMFAConfig', 'GetSupportMFAConfig'] as const) {
    const [path] = operationRow(operation).paths;
    for (const as of new Set([anonymous, credential])) {
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
    credential: accessWords(key !== undefined, letIn),
    answers,
    // Whether each path exists. Undefined if the target's answers don't show it.
    paths: tellsPaths ? paths : undefined,
    allowed,
    challenges: challenges.trim(),
    requests,
  };
}

function accessWords(hasKey: boolean, letIn: boolean): string {
  if (letIn) return 'with the API key of accounts.admin';
  return hasKey
    ? 'anonymously, because the API key of accounts.admin was refused'
    : 'anonymously, because accounts.admin has no apiKey and a login is no read';
}

function differingPaths(contracts: readonly Contract[]): string[] {
  return pathsWith(contracts, (methods) => methods.includes('') && methods.some((each) => each !== ''));
}

function pathsOfDifferingMethods(contracts: readonly Contract[]): string[] {
  return pathsWith(contracts, (methods) => !methods.includes('') && new Set(methods).size > 1);
}

/** @param isMeant gets the methods of a path, joined, in each contract; empty if the contract lacks the path */
function pathsWith(contracts: readonly Contract[], isMeant: (methods: readonly string[]) => boolean) {
  const all = contracts.flatMap(({ operations }) => [...operations.values()].map(({ path }) => path));
  const paths = [...new Set(all)].sort();
  return paths.filter((path) => isMeant(contracts.map((each) => methodsOf(each, path).join())));
}

const methodsOf = ({ operations }: Contract, path: string): string[] =>
  [...operations.values()].flatMap((each) => (each.path === path ? each.method : [])).sort();
