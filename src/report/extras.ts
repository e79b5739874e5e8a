import type { ChangesSince } from '../history/changes.js';

/** What the reports say besides the verdict. */
export interface ReportExtras {
  /** Absent: the run was compared with nothing. */
  readonly changes?: ChangesSince;
}
