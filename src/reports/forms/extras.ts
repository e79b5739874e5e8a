import type { ChangesSince } from '../history/changes.js';

/** What the reports say besides the verdict. */
export interface ReportExtras {
  /** Absent: the run was compared with nothing. */
  readonly changes?: ChangesSince;
  /** The last nights, the oldest first, this run last; absent: no history. */
  readonly trend?: readonly Night[];
}

/** What came of the last run of a day. */
export interface Night {
  /** `2026-11-25`, UTC. */
  readonly day: string;
  readonly failed: number;
  readonly undecided: number;
}
