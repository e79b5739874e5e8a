import { type OutcomeKind, outcomeKinds, type Verdict } from '../../base/model/verdict.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../../base/shape.js';
import { type Compared, type Snapshot, snapshotOf } from './snapshot.js';

/** Lines of other versions are ignored. */
const lineVersion = 1 as const;

/** The history omits facts with more characters of JSON. */
const longestFact = 2000;

type HistoryLine = Shaped<typeof isLine>;

const kindsWithReason: readonly OutcomeKind[] = ['fail', 'waived', 'inconclusive'];

export function lineOf(verdict: Verdict): HistoryLine {
  const run = snapshotOf(verdict);
  const { target, release, suite, mode, gate, complete, claims } = run;
  const outcomes: Partial<Record<OutcomeKind, Record<string, string[]>>> = {};
  const told: HistoryLine['told'][number][] = [];
  for (const [id, { outcome, digest }] of run.outcomes) {
    const [area = '', slug = ''] = id.split('/');
    if (kindsWithReason.includes(outcome)) told.push([id, outcome, digest]);
    else outcomes[outcome] = { ...outcomes[outcome], [area]: [...(outcomes[outcome]?.[area] ?? []), slug] };
  }
  const facts = Object.entries(run.facts).filter(
    ([, value]) => (JSON.stringify(value) ?? '').length <= longestFact,
  );
  return {
    ...{ v: lineVersion, at: run.startedAt, durationMs: Math.round(run.durationMs) },
    ...{ target, release, suite, mode, gate, complete, cause: run.cause.slice(0, 500) },
    ...{ counts: verdict.summary, outcomes, told, ...(claims && { claims }) },
    facts: Object.fromEntries(facts),
  };
}

/** Returns undefined for a broken line, or a line of another version. */
export function snapshotOfLine(line: string): Snapshot | undefined {
  const read = jsonOf(line, isLine);
  if (read === undefined || Number.isNaN(Date.parse(read.at))) return undefined;
  const { v: _version, at: startedAt, counts, outcomes, told, ...run } = read;
  const compared = new Map<string, Compared>();
  for (const outcome of outcomeKinds)
    for (const [area, slugs] of Object.entries(outcomes[outcome] ?? {}))
      for (const slug of slugs) compared.set(`${area}/${slug}`, { outcome, digest: '' });
  for (const [id, outcome, digest] of told) compared.set(id, { outcome, digest });
  // An older line doesn't say whether the run was complete: any requirement that was not run may be a `must`.
  return { ...run, startedAt, complete: run.complete ?? counts['notRun'] === 0, outcomes: compared };
}

const { any, text, number, flag, either, listOf, mapOf, oneOf, tuple } = shapes;

const isByArea = mapOf(listOf(text));
const known = oneOf(outcomeKinds);
type Undetailed = Readonly<Partial<Record<OutcomeKind, Shaped<typeof isByArea>>>>;

const isLine = objectOf(
  {
    v: oneOf([lineVersion]),
    at: text,
    durationMs: number,
    target: text,
    release: text,
    suite: text,
    mode: text,
    gate: oneOf(['conforms', 'does not conform', 'inconclusive']),
    /** Absent in the lines of older versions. */
    complete: flag,
    cause: text,
    counts: mapOf(number),
    /** The run's requirements by outcome, except those in `told`. */
    outcomes: (value): value is Undetailed => mapOf(isByArea)(value) && Object.keys(value).every(known),
    /** Failed, waived and inconclusive requirements, with a digest of the reason. */
    told: listOf(tuple(text, known, text)),
    facts: mapOf(any),
    claims: mapOf(either(flag, number)),
  },
  ['complete', 'claims'],
);
