import type { Claims } from '../../base/model/statement.js';
import { type Gate, type OutcomeKind, outcomeKinds, type Verdict } from '../../base/model/verdict.js';
import { jsonOf, objectOf, shape, shapedLike, shapes } from '../../base/shape.js';
import { completenessOf } from '../../verdict/derive/completeness.js';
import { type Compared, reasonDigest, type Snapshot } from './snapshot.js';

/** The version of the history's lines; lines of other versions are ignored. */
const lineVersion = 1;

/** The longest fact that is kept, as JSON. Longer ones are listings. */
const longestFact = 2000;

/** Requirement ids, split into area and slugs. */
type ByArea = Readonly<Record<string, readonly string[]>>;

export interface HistoryLine {
  readonly v: typeof lineVersion;
  readonly at: string;
  readonly durationMs: number;
  readonly target: string;
  readonly release: string;
  readonly suite: string;
  readonly mode: string;
  readonly gate: Gate;
  /** Absent in the lines of older versions. */
  readonly complete?: boolean;
  readonly cause: string;
  readonly counts: Verdict['summary'];
  /** The run's requirements by outcome, except those in `told`. */
  readonly outcomes: Readonly<Partial<Record<OutcomeKind, ByArea>>>;
  /** Failed, waived and inconclusive requirements, with a digest of the reason. */
  readonly told: readonly (readonly [id: string, outcome: OutcomeKind, digest: string])[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly claims?: Claims;
}

const kindsWithReason: readonly OutcomeKind[] = ['fail', 'waived', 'inconclusive'];

export function lineOf(verdict: Verdict): HistoryLine {
  const outcomes: Partial<Record<OutcomeKind, Record<string, string[]>>> = {};
  for (const { id, outcome } of verdict.outcomes) {
    if (kindsWithReason.includes(outcome)) continue;
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
    complete: completenessOf(verdict).complete,
    cause: verdict.cause.slice(0, 500),
    counts: verdict.summary,
    outcomes,
    told: verdict.outcomes
      .filter(({ outcome }) => kindsWithReason.includes(outcome))
      .map(({ id, outcome, reason }) => [id, outcome, reasonDigest(reason)]),
    ...(verdict.statement === undefined ? {} : { claims: verdict.statement.claims }),
    facts: Object.fromEntries(
      Object.entries(verdict.facts).filter(
        ([, value]) => (JSON.stringify(value) ?? '').length <= longestFact,
      ),
    ),
  };
}

/** The run in a line of the history; undefined for a broken line or one of another version. */
export function snapshotOfLine(line: string): Snapshot | undefined {
  const read = jsonOf(line, isLine);
  if (read === undefined || Number.isNaN(Date.parse(read.at))) return undefined;
  const { at, target, release, suite, mode, gate, cause, facts, durationMs, claims } = read;
  return {
    target,
    release,
    suite,
    startedAt: at,
    durationMs,
    mode,
    gate,
    // In an old line, any requirement that was not run may be a MUST.
    complete: read.complete ?? read.counts.notRun === 0,
    cause,
    outcomes: outcomesIn(read),
    facts,
    ...(claims === undefined ? {} : { claims }),
  };
}

const { text, number, flag, listOf, mapOf, oneOf } = shapes;

const isLine = shapedLike<HistoryLine>(
  objectOf(
    {
      v: shape<typeof lineVersion>({ const: lineVersion }),
      at: text,
      durationMs: number,
      target: text,
      release: text,
      suite: text,
      mode: text,
      gate: oneOf(['conforms', 'does not conform', 'inconclusive']),
      complete: flag,
      cause: text,
      counts: shape<HistoryLine['counts']>(mapOf(number)),
      outcomes: shape<HistoryLine['outcomes']>({
        ...mapOf(mapOf(listOf(text))),
        propertyNames: oneOf(outcomeKinds),
      }),
      told: listOf(
        shape<HistoryLine['told'][number]>({
          type: 'array',
          prefixItems: [text, oneOf(outcomeKinds), text],
          minItems: 3,
          maxItems: 3,
        }),
      ),
      facts: mapOf(shape<unknown>({})),
      claims: mapOf(shape<boolean | number>({ type: ['boolean', 'number'] })),
    },
    ['complete', 'claims'],
  ),
);

function outcomesIn({ outcomes, told }: Pick<HistoryLine, 'outcomes' | 'told'>): Map<string, Compared> {
  const found = new Map<string, Compared>();
  for (const outcome of outcomeKinds) {
    for (const [area, slugs] of Object.entries(outcomes[outcome] ?? {})) {
      for (const slug of slugs) found.set(`${area}/${slug}`, { outcome, digest: '' });
    }
  }
  for (const [id, outcome, digest] of told) found.set(id, { outcome, digest });
  return found;
}
