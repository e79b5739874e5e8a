import { steadyNow } from '../steady-now.js';

/** What shows the old state later than this after a change is no node that has yet to learn of it. */
const longestLagMs = 3_000;

/** Whether the nodes of a target show a change at different times, and how many looks in a row make sure of all. */
export class Nodes {
  #settled = 0;
  #hasChanged = false;
  #disagree = false;
  #lagMs = 0;
  #isRestless = false;
  #wroteAt = Number.NEGATIVE_INFINITY;

  /** Something was changed, which all nodes have yet to learn of. */
  wrote(): void {
    this.#wroteAt = steadyNow();
  }

  /** A read showed for the first time what a write changed. */
  changed(): void {
    this.#hasChanged = true;
  }

  /** A read showed what was before a change that an earlier read had shown, so long after it was answered. */
  disagreed(afterMs: number): void {
    this.#disagree = true;
    if (afterMs > longestLagMs) this.#isRestless = true;
    else this.#lagMs = Math.max(this.#lagMs, afterMs);
  }

  /**
   * How long some node may still not know of the last change, by the longest lag that was seen: with a balancer that
   * deals requests out at random, no number of looks tells.
   *
   * @param feltMs what changes take to be acted by, where that is asked for
   */
  restMs(feltMs: number): number {
    const lagMs = Math.max(this.#isRestless ? 0 : this.#lagMs, feltMs);
    return lagMs === 0 ? 0 : Math.max(0, this.#wroteAt + 1.5 * lagMs + 100 - steadyNow());
  }

  /** What was waited for was seen in as many looks as are asked for. Where nothing had changed, that tells nothing. */
  settled(): void {
    if (this.#hasChanged) this.#settled += 1;
    this.#hasChanged = false;
  }

  /** Of the first changes two: whether nodes disagree must show before anything is judged by them. */
  get looks(): number {
    if (this.#disagree) return 3;
    return this.#settled < 3 ? 2 : 1;
  }
}
