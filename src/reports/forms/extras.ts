import type { ChangesSince } from '../history/changes.js';

export interface ReportExtras {
  readonly changes?: ChangesSince;
  /** The last nights, oldest first, with this run last; absent without a history. */
  readonly trend?: readonly Night[];
}

/** The result of the last run of a day. */
export interface Night {
  /** `2026-11-25`, UTC. */
  readonly day: string;
  readonly failed: number;
  readonly undecided: number;
}
