import { defaultRelease, type ReleaseName, releaseNames } from '../../emulator/releases.js';
import type { KnownFault } from '../../emulator/seams.js';
import { variants } from '../../emulator/variants/index.js';
import type { Outcome, Verdict } from '../../src/base/model/verdict.js';
import { callOf, isOperationId } from '../../src/contract/openapi/operations.js';
import type { Requirement } from '../../src/contract/requirements/catalogue.js';
import { failedByRow } from './freedoms.js';
import type { Judgement, Subject } from './matrix.js';

export interface Expectation extends Subject {
  /** The requirements that must turn red, and no others; empty for a variant. */
  readonly fails: readonly string[];
}

export function expectationOfFault({ id, fails, since, tls }: KnownFault): Expectation {
  // Most faults show in the default release; a fault of a newer release needs that release.
  const more = { ...(isNewer(since) && { release: since }), ...(tls && { tls }) };
  return { name: nameOf('fault', id), faults: [id], variants: [], fails, ...more };
}

function isNewer(since: ReleaseName | undefined): since is ReleaseName {
  return since !== undefined && releaseNames.indexOf(since) > releaseNames.indexOf(defaultRelease);
}

function failedBy(ids: readonly string[]): string[] {
  return variants.filter(({ id }) => ids.includes(id)).flatMap(({ fails = [] }) => fails);
}

/** Named after the first variant, because all names would be too long for a folder. */
export function expectationOfVariant(first: string, ...others: string[]): Expectation {
  const name = others.length === 0 ? first : `${first}--and-${others.length}-others`;
  const since = variants.find(({ id }) => id === first)?.since;
  return {
    name: nameOf('variant', name),
    faults: [],
    variants: [first, ...others],
    fails: [...new Set(failedBy([first, ...others]))],
    ...(isNewer(since) ? { release: since } : {}),
  };
}

export function expectationOfRow(row: readonly string[], index: number): Expectation {
  const name = nameOf('freedoms', String(index + 1).padStart(3, '0'));
  return { name, faults: [], variants: row, fails: failedByRow(row) };
}

export const asItIs: Expectation = { name: 'as-it-is', faults: [], variants: [], fails: [] };

const latest = { release: 'latest', tls: true } as const;
export const asItIsInLatest: Expectation = { ...asItIs, ...latest, name: 'as-it-is-in-latest' };

export function problemsOf(
  judgement: Judgement,
  fails: readonly string[],
  requirements: readonly Requirement[],
): string[] {
  return [...notRed(judgement, fails), ...unexplainedIn(judgement, fails, requirements)];
}

/** For tests in lanes, whose order differs: a fault may turn others red, but must turn `breaks` red. */
export function problemsInLanes(judgement: Judgement, breaks: readonly string[]): string[] {
  return [...judgement.trouble, ...notRed(judgement, breaks)];
}

function notRed(judgement: Judgement, ids: readonly string[]): string[] {
  const seen = seenIn(judgement);
  return ids.filter((id) => !judgement.red.includes(id)).map((id) => `not red: ${id}: ${seen(id)}`);
}

/** Results that the expectation does not explain: red, inconclusive or not restored. */
export function unexplainedIn(
  judgement: Judgement,
  fails: readonly string[],
  requirements: readonly Requirement[],
): string[] {
  const { red, verdict, subject, trouble } = judgement;
  const conforming = subject.faults.length === 0;
  const seen = seenIn(judgement);
  const broken = operationsOf(fails, requirements);
  const beside = (verdict?.outcomes ?? []).filter(
    (outcome) =>
      outcome.outcome === 'inconclusive' && (conforming || !touches(outcome, broken, requirements)),
  );
  return [
    ...trouble,
    ...(verdict === undefined ? ['the run gave no verdict'] : []),
    ...red.filter((id) => !fails.includes(id)).map((id) => `red though not named: ${id}: ${seen(id)}`),
    ...beside.map((outcome) => `${outcome.id}: ${told(outcome)}`),
    ...(conforming && verdict?.restored === false ? [`not restored: ${verdict.residue.join('; ')}`] : []),
  ];
}

/** Requirements that no fault turns red: nothing proves that their tests can fail. */
export function neverRed(faults: readonly KnownFault[], requirements: readonly Requirement[]): string[] {
  const named = new Set(faults.flatMap(({ fails }) => fails));
  return requirements.map(({ id }) => id).filter((id) => !named.has(id));
}

/** The operations that a fault breaks, by its requirements; all operations if a requirement concerns all. */
export function operationsOf(
  ids: readonly string[],
  requirements: readonly Requirement[],
): ReadonlySet<string> | 'all' {
  const operations = new Set<string>();
  for (const id of ids) {
    const found = requirements.find((requirement) => requirement.id === id);
    if (found === undefined || found.operations.length === 0) return 'all';
    for (const operation of found.operations) operations.add(operation);
  }
  return operations;
}

/** Whether a requirement concerns a broken operation, its test called one, or the fault stopped that test early. */
function touches(
  { id, exchanges, reason }: Outcome,
  broken: ReadonlySet<string> | 'all',
  requirements: readonly Requirement[],
): boolean {
  if (broken === 'all') return true;
  const isNamed = [...broken].some((name) => isOperationId(name) && reason.includes(callOf(name)));
  if (exchanges.length === 0 && isNamed) return true;
  const own = requirements.find((requirement) => requirement.id === id)?.operations ?? [];
  const called = exchanges.flatMap(({ operation }) => operation ?? []);
  return [...own, ...called].some((operation) => broken.has(operation));
}

function seenIn({ verdict }: Judgement): (id: string) => string {
  return (id) => told(verdict?.outcomes.find((outcome) => outcome.id === id));
}

function told(outcome: Verdict['outcomes'][number] | undefined): string {
  if (outcome === undefined) return 'unknown';
  return `${outcome.outcome} ${outcome.reason.replace(/\n/g, ' | ').slice(0, 160)}`.trim();
}

function nameOf(kind: string, id: string): string {
  return `${kind}--${id.replaceAll('/', '--')}`;
}
