import { createHash } from 'node:crypto';
import type { Claims, Gate, Level, OutcomeKind, Verdict } from '../../base/model/verdict.js';
import { completenessOf } from '../../verdict/derive/completeness.js';

/** The comparable parts of a run, from a verdict or from a line of the history. */
export interface Snapshot {
  readonly target: string;
  readonly release: string;
  readonly suite: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly mode: string;
  readonly gate: Gate;
  readonly complete: boolean;
  readonly cause: string;
  readonly outcomes: ReadonlyMap<string, Compared>;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly claims?: Claims;
}

export interface Compared {
  readonly outcome: OutcomeKind;
  readonly digest: string;
  /** Absent in snapshots from the history. */
  readonly level?: Level;
  readonly reason?: string;
}

export function snapshotOf(verdict: Verdict): Snapshot {
  const { release, startedAt, durationMs, mode, gate, cause, facts, statement } = verdict;
  const outcomes = new Map<string, Compared>();
  for (const { id, outcome, level, reason } of verdict.outcomes)
    outcomes.set(id, { outcome, level, reason, digest: reasonDigest(reason) });
  return {
    ...{ target: verdict.target.name, release, suite: verdict.suite.version, startedAt, durationMs },
    ...{ mode, gate, complete: completenessOf(verdict).complete, cause, outcomes, facts },
    ...(statement && { claims: statement.claims }),
  };
}

/** Identifies a reason apart from numbers, ids and codes, which differ from run to run. */
export function reasonDigest(reason: string): string {
  if (reason === '') return '';
  const steady = reason.replace(/(?<![\w-])[\w-]*\d[\w-]*/g, '#').replace(/\s+/g, ' ');
  return createHash('sha256').update(steady).digest('hex').slice(0, 8);
}
