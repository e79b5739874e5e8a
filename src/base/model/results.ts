import type { Check } from './check.js';
import type { Exchange } from './exchange.js';
import type { GatePolicy } from './gating.js';
import type { ClaimedCount, StatementInVerdict } from './statement.js';
import type { Blamed, Coverage, Level, Outcome, Selection, Verdict, Wait } from './verdict.js';
import type { ConcernedWaiver } from './waiver.js';

/** What a test can come to by itself; `waived` is decided about it afterwards. */
export const rawKinds = ['pass', 'fail', 'not run', 'not applicable', 'inconclusive'] as const;
export type RawKind = (typeof rawKinds)[number];

/** A requirement that the run set out to check, with what was known before the first request. */
export interface PlannedRequirement {
  readonly id: string;
  readonly level: Level;
  /** The requirement's text. */
  readonly title: string;
  readonly source: string;
  readonly operations: readonly string[];
  /** The vendor's claim that makes a must of it. */
  readonly claimed?: string;
  /** Claimed as well: it fails where the fact is more. */
  readonly count?: ClaimedCount;
  /** Why it won't be run on this target: a need that is not there. */
  readonly notRun?: string;
  /** Why it doesn't apply to this release, or to this target by the vendor's statement. Stronger than `notRun`. */
  readonly notApplicable?: string;
}

/** What one test said about one requirement. */
export interface RawOutcome {
  readonly id: string;
  readonly kind: RawKind;
  readonly reason: string;
  readonly reproduce: string;
  readonly exchanges: readonly Exchange[];
  /** What its test expected and saw; absent where the answers alone break the requirement. */
  readonly checks?: readonly Check[];
  readonly blame?: Blamed;
  readonly durationMs: number;
}

/** Everything that a run on one target left behind: what a verdict is derived from. */
export interface RunResults {
  readonly suiteVersion: string;
  readonly target: Verdict['target'];
  readonly release: Verdict['release'];
  readonly contract: Verdict['contract'];
  /** The vendor's, where there is one. */
  readonly statement?: StatementInVerdict;
  readonly mode: Verdict['mode'];
  readonly selection?: Selection;
  readonly seed: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly planned: readonly PlannedRequirement[];
  readonly raw: readonly RawOutcome[];
  /** Why the run was cut short, e.g. `stopped by SIGINT`. */
  readonly interrupted?: string;
  /** Why nothing could be asked of the target at all: the cause that the first look at it found. */
  readonly unusable?: string;
  readonly restored: boolean;
  readonly residue: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** What the reader of the verdict should know of the target file. */
  readonly warnings?: readonly string[];
  readonly waits: readonly Wait[];
  readonly retries: Verdict['retries'];
  readonly coverage: Coverage;
  readonly options: GateOptions;
  /** Those that are for this target and release; absent without a waivers file. */
  readonly waivers?: readonly ConcernedWaiver[];
  /** By --baseline and --gate; absent: by all that fails. */
  readonly gateBy?: GateBy;
}

export interface GateOptions {
  /** A should counts for the gate like a must. */
  readonly strict: boolean;
  /** A must that was not run leaves the gate inconclusive. */
  readonly requireComplete: boolean;
  /** Whether waivers that expired, fit nothing or are no longer needed gate like a failed must; default `fail`. */
  readonly waiverProblems?: 'fail' | 'warn';
}

/** What a run is gated by, besides its outcomes. */
export interface GateBy {
  readonly policy: GatePolicy;
  readonly baseline?: { readonly file: string; readonly verdict: BaselineVerdict };
}

/** What of an earlier verdict a later one is gated by. */
export type BaselineVerdict = Pick<
  Verdict,
  'suite' | 'target' | 'release' | 'startedAt' | 'gate' | 'cause' | 'summary'
> & { readonly outcomes: readonly Pick<Outcome, 'id' | 'outcome'>[] };
