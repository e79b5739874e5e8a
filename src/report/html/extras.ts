import type { ChangesSince } from '../../history/changes.js';

/** What the page of a verdict shows besides the verdict. */
export interface HtmlExtras {
  /** Absent: the run was compared with nothing. */
  readonly changes?: ChangesSince;
  /** Names of other files in the page's folder: the page links to them. */
  readonly files?: readonly string[];
}
