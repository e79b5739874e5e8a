import type { Claims } from '../model/statement.js';
import { type Gate, type OutcomeKind, outcomeKinds, type Verdict } from '../model/verdict.js';
import { type Compared, reasonDigest, type Snapshot } from './snapshot.js';

/** Of the history's lines; others are left alone by this version. */
const lineVersion = 1;

/** A fact that is longer than this as JSON is no fact but a listing. */
const longestFact = 2000;

/** Slugs of requirements by their area: ids without what they have in common. */
type ByArea = Readonly<Record<string, readonly string[]>>;

/** A verdict in one line, for the history. */
export interface HistoryLine {
  readonly v: typeof lineVersion;
  readonly at: string;
  readonly durationMs: number;
  readonly target: string;
  readonly release: string;
  readonly suite: string;
  readonly mode: string;
  readonly gate: Gate;
  readonly cause: string;
  readonly counts: Verdict['summary'];
  /** All requirements of the run by outcome, but for those in `told`. */
  readonly outcomes: Readonly<Partial<Record<OutcomeKind, ByArea>>>;
  /** Of what failed, is waived or inconclusive: id, outcome and digest of the reason. */
  readonly told: readonly (readonly [id: string, outcome: OutcomeKind, digest: string])[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** The vendor's, where there was a statement. */
  readonly claims?: Claims;
}

const tellingKinds: readonly OutcomeKind[] = ['fail', 'waived', 'inconclusive'];

export function lineOf(verdict: Verdict): HistoryLine {
  const outcomes: Partial<Record<OutcomeKind, Record<string, string[]>>> = {};
  for (const { id, outcome } of verdict.outcomes) {
    if (tellingKinds.includes(outcome)) continue;
    const [area = '', slug = ''] = id.split('/');
    const areas = outcomes[outcome] ?? {};
    outcomes[outcome] = areas;
    areas[area] = [...(areas[area] ?? []), slug];
  }
  return {
    v: lineVersion,
    at: verdict.startedAt,
    durationMs: Math.round(verdict.durationMs),
    target: verdict.target.name,
    release: verdict.release,
    suite: verdict.suite.version,
    mode: verdict.mode,
    gate: verdict.gate,
    cause: verdict.cause.slice(0, 500),
    counts: verdict.summary,
    outcomes,
    told: verdict.outcomes
      .filter(({ outcome }) => tellingKinds.includes(outcome))
      .map(({ id, outcome, reason }) => [id, outcome, reasonDigest(reason)]),
    ...(verdict.statement === undefined ? {} : { claims: verdict.statement.claims }),
    facts: Object.fromEntries(
      Object.entries(verdict.facts).filter(
        ([, value]) => (JSON.stringify(value) ?? '').length <= longestFact,
      ),
    ),
  };
}

/** What a line of the history tells of its run; undefined for a line that is none, or of another version. */
export function snapshotOfLine(line: string): Snapshot | undefined {
  const value = parsed(line);
  if (!isObject(value) || value['v'] !== lineVersion) return undefined;
  const { at, target, release, suite, mode, gate, cause, facts, durationMs } = value;
  const gates: readonly Gate[] = ['conforms', 'does not conform', 'inconclusive'];
  const knownGate = gates.find((each) => each === gate);
  const texts = [at, target, release, suite, mode, cause];
  if (!texts.every((text) => typeof text === 'string') || knownGate === undefined) return undefined;
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at)) || typeof durationMs !== 'number')
    return undefined;
  const outcomes = outcomesIn(value['outcomes'], value['told']);
  if (outcomes === undefined || !isObject(facts)) return undefined;
  const claims = claimsIn(value['claims']);
  return {
    target: String(target),
    release: String(release),
    suite: String(suite),
    startedAt: at,
    durationMs,
    mode: String(mode),
    gate: knownGate,
    cause: String(cause),
    outcomes,
    facts,
    ...(claims === undefined ? {} : { claims }),
  };
}

function claimsIn(value: unknown): Claims | undefined {
  if (!isObject(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, said]) =>
      typeof said === 'boolean' || typeof said === 'number' ? [[name, said] as const] : [],
    ),
  );
}

function outcomesIn(grouped: unknown, told: unknown): Map<string, Compared> | undefined {
  if (!isObject(grouped) || !Array.isArray(told)) return undefined;
  const found = new Map<string, Compared>();
  for (const [kind, areas] of Object.entries(grouped)) {
    const outcome = outcomeKinds.find((each) => each === kind);
    if (outcome === undefined || !isObject(areas)) return undefined;
    for (const [area, slugs] of Object.entries(areas)) {
      if (!Array.isArray(slugs)) return undefined;
      for (const slug of slugs) found.set(`${area}/${String(slug)}`, { outcome, digest: '' });
    }
  }
  for (const each of told) {
    if (!Array.isArray(each)) return undefined;
    const [id, kind, digest] = each;
    const outcome = outcomeKinds.find((known) => known === kind);
    if (typeof id !== 'string' || outcome === undefined || typeof digest !== 'string') return undefined;
    found.set(id, { outcome, digest });
  }
  return found;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
