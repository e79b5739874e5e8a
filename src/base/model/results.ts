import type {
  ClaimedCount,
  ConcernedWaiver,
  Coverage,
  GatePolicy,
  JudgedRequirement,
  Outcome,
  Selection,
  StatementInVerdict,
  Verdict,
  Wait,
} from './verdict.js';

/** The outcomes that a test can have by itself; waivers are applied later. */
export const rawKinds = ['pass', 'fail', 'not run', 'not applicable', 'inconclusive'] as const;
export type RawKind = (typeof rawKinds)[number];

export interface PlannedRequirement extends JudgedRequirement {
  /** A bound that the vendor claims: the requirement fails if the fact exceeds it. */
  readonly count?: ClaimedCount;
  /** Why the run doesn't test it: a need is missing, the recording lacks it, or --within leaves it out. */
  readonly notRun?: string;
  /** Why the release or the vendor's statement rules the requirement out. Takes precedence over `notRun`. */
  readonly notApplicable?: string;
}

export interface RawOutcome
  extends Pick<Outcome, 'id' | 'reason' | 'reproduce' | 'exchanges' | 'checks' | 'blame' | 'durationMs'> {
  readonly kind: RawKind;
}

export interface RunInput {
  readonly suiteVersion: string;
  readonly target: Verdict['target'];
  readonly release: Verdict['release'];
  readonly contract: Verdict['contract'];
  readonly statement?: StatementInVerdict;
  readonly mode: Verdict['mode'];
  readonly selection?: Selection;
  readonly seed: number;
  readonly planned: readonly PlannedRequirement[];
  readonly options: GateOptions;
  /** Absent without a waivers file. */
  readonly waivers?: readonly ConcernedWaiver[];
  readonly gateBy?: GateBy;
  readonly warnings?: readonly string[];
}

export interface RunResults extends RunInput {
  readonly startedAt: string;
  readonly durationMs: number;
  readonly lanes: number;
  readonly raw: readonly RawOutcome[];
  readonly interrupted?: string;
  readonly unusable?: string;
  readonly restored: boolean;
  readonly residue: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly waits: readonly Wait[];
  readonly retries: Verdict['retries'];
  readonly coverage: Coverage;
}

export interface GateOptions {
  /** A `should` counts for the gate like a `must`. */
  readonly strict: boolean;
  /** A `must` that was not run makes the gate inconclusive. */
  readonly requireComplete: boolean;
  /** `fail` (default): expired, unmatched and unneeded waivers gate like a failed `must`. */
  readonly waiverProblems?: 'fail' | 'warn';
}

export interface GateBy {
  readonly policy: GatePolicy;
  readonly baseline?: { readonly file: string; readonly verdict: BaselineVerdict };
}

export type BaselineVerdict = Pick<
  Verdict,
  'suite' | 'target' | 'release' | 'startedAt' | 'gate' | 'cause' | 'summary'
> & { readonly outcomes: readonly Pick<Outcome, 'id' | 'outcome'>[] };
