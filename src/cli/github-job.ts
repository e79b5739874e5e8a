import type { Verdict } from '../base/model/verdict.js';
import type { ReportExtras } from '../reports/forms/extras.js';
import { addToJobSummary, annotations, commandsStopped, isGitHubActions } from '../reports/forms/github.js';
import { renderMarkdown } from '../reports/forms/markdown.js';
import { complain } from './terminal.js';

/** Reports a run to GitHub Actions, and keeps it from obeying commands in a target's texts. */
export class GitHubJob {
  readonly #after: string | undefined;
  readonly #verdicts: Verdict[] = [];
  readonly #pages: string[] = [];

  /** @param json whether standard output is for verdicts; commands then go to standard error */
  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly json: boolean,
  ) {
    if (!isGitHubActions(env)) return;
    const { before, after } = commandsStopped();
    this.#print(before);
    this.#after = after;
  }

  add(verdict: Verdict, extras: ReportExtras): void {
    if (this.#after === undefined) return;
    this.#verdicts.push(verdict);
    this.#pages.push(renderMarkdown(verdict, extras));
  }

  end(): void {
    if (this.#after === undefined) return;
    this.#print(`${this.#after}${annotations(this.#verdicts)}`);
    const troubles = this.#pages.map((page) => addToJobSummary(page, this.env));
    for (const trouble of new Set(troubles)) if (trouble !== undefined) complain(`warning: ${trouble}`);
  }

  #print(text: string): void {
    (this.json ? process.stderr : process.stdout).write(text);
  }
}
