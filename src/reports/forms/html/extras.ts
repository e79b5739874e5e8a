import type { ReportExtras } from '../extras.js';

/** What the page of a verdict shows besides the verdict. */
export interface HtmlExtras extends ReportExtras {
  /** Names of other files in the page's folder: the page links to them. */
  readonly files?: readonly string[];
  /** By requirement, the addresses of scripts beside the page that show its failure again. */
  readonly scripts?: ReadonlyMap<string, string>;
}
