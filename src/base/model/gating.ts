/** Which failures the exit code answers for: all, what is new against a baseline, or none. */
export const gatePolicies = ['all', 'new', 'none'] as const;
export type GatePolicy = (typeof gatePolicies)[number];

/** What an earlier verdict is, as far as a later one speaks of it. */
export interface BaselineName {
  /** As it was named on the command line. */
  readonly file: string;
  readonly target: string;
  readonly release: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly suiteVersion: string;
}

/** How the gate was set by --baseline and --gate, and what came of it. */
export interface Gating {
  readonly policy: GatePolicy;
  /** What the exit code says: 0, 1, 3. The verdict's `gate` says what the target is. */
  readonly result: 'pass' | 'fail' | 'inconclusive';
  /** Why, where the outcomes alone don't say it. */
  readonly cause: string;
  readonly baseline?: BaselineName;
  /** Ids that fail now and did not in the baseline. */
  readonly newFailures: readonly string[];
  /** Ids that fail as they did, or were waived, in the baseline. */
  readonly knownFailures: readonly string[];
  /** Ids that passed in the baseline, and were not run now. */
  readonly lost: readonly string[];
  /** What makes the two hard to compare, in words: another target, another release, a run cut short. */
  readonly notes: readonly string[];
}
