import type { ChangesSince } from '../history/changes.js';

export interface ReportExtras {
  readonly changes?: ChangesSince;
  /** The last nights, oldest first, with this run last; absent without a history. */
  readonly trend?: readonly Night[];
}

export interface Night {
  /** `2026-11-25`, UTC. */
  readonly day: string;
  readonly failed: number;
  readonly undecided: number;
}
