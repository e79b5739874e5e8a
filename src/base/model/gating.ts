/** The failures that affect the exit code: all, those new since a baseline, or none. */
export const gatePolicies = ['all', 'new', 'none'] as const;
export type GatePolicy = (typeof gatePolicies)[number];

/** The parts of a baseline that the later verdict names. */
export interface BaselineName {
  /** As on the command line. */
  readonly file: string;
  readonly target: string;
  readonly release: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly suiteVersion: string;
}

/** The effect of --baseline and --gate. */
export interface Gating {
  readonly policy: GatePolicy;
  /** Decides the exit code (0, 1, 3). The verdict's `gate` describes the target itself. */
  readonly result: 'pass' | 'fail' | 'inconclusive';
  /** The reason, if the outcomes alone don't show it. */
  readonly cause: string;
  readonly baseline?: BaselineName;
  /** Ids that fail now and didn't fail in the baseline. */
  readonly newFailures: readonly string[];
  /** Ids that fail now and failed or were waived in the baseline. */
  readonly knownFailures: readonly string[];
  /** Ids that passed in the baseline and were not run now. */
  readonly lost: readonly string[];
  /** Reasons why the two are hard to compare: another target, another release, a run cut short. */
  readonly notes: readonly string[];
}
