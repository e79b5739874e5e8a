import type {
  ClaimedCount,
  ConcernedWaiver,
  GatePolicy,
  JudgedRequirement,
  Outcome,
  Verdict,
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

export interface RunInput
  extends Pick<
    Verdict,
    'target' | 'release' | 'contract' | 'statement' | 'mode' | 'selection' | 'seed' | 'warnings'
  > {
  readonly suiteVersion: string;
  readonly planned: readonly PlannedRequirement[];
  readonly options: GateOptions;
  readonly waivers?: readonly ConcernedWaiver[];
  readonly gateBy?: GateBy;
}

export interface RunResults
  extends RunInput,
    Pick<
      Verdict,
      'startedAt' | 'durationMs' | 'restored' | 'residue' | 'facts' | 'waits' | 'retries' | 'coverage'
    > {
  readonly lanes: number;
  readonly raw: readonly RawOutcome[];
  readonly interrupted?: string;
  readonly unusable?: string;
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
