import type { ReleaseName } from '../../base/model/releases.js';
import type { Gate, Level, OutcomeKind, Verdict } from '../../base/model/verdict.js';
import type { ExitCode } from '../../verdict/derive/exit-code.js';

/** Targets x requirements: the verdicts of a run, or of many runs and shards, in one. spec/matrix.schema.json. */
export interface Matrix {
  readonly schemaVersion: 1;
  readonly suite: { readonly name: 'mfa-conformance'; readonly version: string };
  /** Of all targets together: the worst of theirs; a problem leaves it inconclusive at best. */
  readonly gate: Gate;
  readonly exitCode: ExitCode;
  /** What was to come, by the plans that were found; null where none was. */
  readonly planned: { readonly shards: number; readonly targets: number } | null;
  /** What forbids to call the whole conforming, beside the verdicts themselves. */
  readonly problems: readonly MatrixProblem[];
  /** What a reader should know, but decides nothing. */
  readonly notes: readonly string[];
  /** Planned targets without a verdict of this run. */
  readonly missing: readonly { readonly name: string; readonly why: string }[];
  /** Sorted by name. */
  readonly targets: readonly MatrixTarget[];
  /** In the order of the catalogue. */
  readonly requirements: readonly MatrixRow[];
}

export const problemKinds = [
  'missing folder',
  'missing plan',
  'missing shard',
  'missing target',
  'broken plan',
  'broken verdict',
  'target twice',
  'mixed runs',
] as const;
export type ProblemKind = (typeof problemKinds)[number];

export interface MatrixProblem {
  readonly kind: ProblemKind;
  /** In a sentence, with the file or target by name. */
  readonly text: string;
}

export interface MatrixTarget {
  readonly name: string;
  readonly baseUrl: string;
  readonly tlsInsecure: boolean;
  readonly release: ReleaseName;
  readonly mode: Verdict['mode'];
  readonly gate: Gate;
  readonly exitCode: ExitCode;
  /** The verdict in one line. */
  readonly headline: string;
  readonly scope: Verdict['scope'];
  /** Whether every MUST requirement that applies was checked or waived. */
  readonly complete: boolean;
  readonly restored: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly summary: Verdict['summary'];
  /** Of its report, from the matrix's folder, with forward slashes; null where there is none. */
  readonly report: string | null;
}

export interface MatrixRow {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  readonly source: string;
  /** By name of the target; a target that did not plan the requirement is not there. */
  readonly outcomes: Readonly<Record<string, OutcomeKind>>;
  /** Why it is not a pass: targets with the same outcome for the same reason stand together. */
  readonly reasons: readonly MatrixReason[];
}

export interface MatrixReason {
  readonly outcome: OutcomeKind;
  /** Long ones are cut. */
  readonly reason: string;
  readonly targets: readonly string[];
}
