import type { ReportExtras } from '../extras.js';

/** Additions to the verdict on its page. */
export interface HtmlExtras extends ReportExtras {
  /** Names of files in the page's folder that the page links to. */
  readonly files?: readonly string[];
  /** By requirement: the address of the script that reproduces its failure, from the page's folder. */
  readonly scripts?: ReadonlyMap<string, string>;
}
