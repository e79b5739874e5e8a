import type { ReleaseName } from '../../base/model/releases.js';
import type { Contract } from '../../contract/openapi/contract.js';
import { seenIn } from '../../contract/openapi/coverage.js';
import { callOf, isOperationId, operationIds, operationRow } from '../../contract/openapi/operations.js';
import { differingPaths, type Look, methodsByPath, pathsOfDifferingMethods } from './look.js';

/** One observation, or the lack of an expected one, with the releases that it supports and contradicts. */
export interface Evidence {
  readonly text: string;
  readonly supports: readonly ReleaseName[];
  readonly contradicts: readonly ReleaseName[];
  /** Strong: impossible for a contradicted release. Weak: possible, since the property is optional. */
  readonly strength: 'strong' | 'weak';
  /** The target lacks an operation of the contradicted releases, which rules them out. */
  readonly refutes?: true;
}

/** Properties of requests that answers never show, although the documents list them in their schemas. */
const neverAnswered = ['mfaCode', 'currentPassword', 'referenceId'];

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
    if (!isRenamed(path)) {
      const text = `${path} is ${isThere ? '' : 'not '}there`;
      return [evidenceFor(releasesOf(isThere ? having : others), contracts, text, 'strong', !isThere)];
    }
    if (!isThere) return [];
    // A target may keep an old path beside the new one, so only a release without its own path is contradicted.
    const lacking = others.filter(({ operations }) =>
      [...operations.values()].every((operation) => paths.get(operation.path) !== true),
    );
    return [
      {
        text: `${path} is there`,
        supports: releasesOf(having),
        contradicts: releasesOf(lacking),
        strength: 'strong',
        // Only a newest path refutes: newer targets may keep an old path, but old ones don't have a new path.
        ...(isNewest(path) ? { refutes: true as const } : {}),
      },
    ];
  });
}

/** True if the path's operation has another path in other releases. */
function isRenamed(path: string): boolean {
  return operationIds.map(operationRow).some(({ paths }) => paths.length > 1 && paths.includes(path));
}

function isNewest(path: string): boolean {
  return operationIds.map(operationRow).some(({ paths: [newest] }) => newest === path);
}

function methodEvidence({ allowed }: Look, contracts: readonly Contract[]): Evidence[] {
  return pathsOfDifferingMethods(contracts).flatMap((path): Evidence[] => {
    const allow = allowed.get(path);
    const documented = (contract: Contract) => methodsByPath(contract).get(path)?.split(' ') ?? [];
    const all = new Set(contracts.flatMap(documented));
    const common = [...all].filter((method) => contracts.every((each) => documented(each).includes(method)));
    // An Allow without the methods common to all releases means something else.
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

function absences(
  contracts: readonly Contract[],
  asked: ReadonlySet<string>,
  seen: ReadonlySet<string>,
): Evidence[] {
  const documented = contracts.map((contract) => ({
    release: contract.release,
    keys: keysOf(contract, asked),
  }));
  const all = new Set(documented.flatMap(({ keys }) => [...keys]));
  return [...all]
    .filter((key) => !seen.has(key) && !neverAnswered.some((name) => key.includes(name)))
    .map((key) => {
      const lacking = documented.filter(({ keys }) => !keys.has(key)).map(({ release }) => release);
      return evidenceFor(lacking, contracts, `${key} was not seen`, 'weak');
    });
}

function keysOf({ operations }: Contract, asked: ReadonlySet<string>): Set<string> {
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

/** A key of the coverage in words. All errors share their properties. */
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

/** Evidence for these releases and against all others. */
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
