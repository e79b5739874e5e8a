import { steadyNow } from '../../base/steady-now.js';
import type { Part } from '../../contract/openapi/operations.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';

/** What shows the old state later than this after a change is no node that has yet to learn of it. */
const longestLagMs = 3_000;
/** So many answers that all nodes agreed about. */
const enough = 3;

/** Whether the nodes of a target show a change at different times, and how many looks in a row make sure of all. */
export class Nodes {
  #settled = 0;
  /** Before any change there is nothing that nodes could disagree about. */
  #settledSinceWrite = enough;
  #hasChanged = false;
  readonly #wentBack = new Map<Part, number>();
  #wroteAt = Number.NEGATIVE_INFINITY;

  /** @param apart how long after a change a node still showed what was before it; undefined where none did */
  constructor(private readonly apart: Belief<number> = new TargetModel().number('nodes apart')) {}

  /** A configuration was changed, which all nodes have yet to learn of. */
  wrote(): void {
    this.#settledSinceWrite = 0;
    this.#wroteAt = steadyNow();
  }

  /** Sessions were ended, or a code was tried: all nodes have yet to learn of that too, though it sets no configuration. */
  touched(): void {
    this.#wroteAt = steadyNow();
  }

  /** A read showed for the first time what a write changed. */
  changed(): void {
    this.#hasChanged = true;
  }

  /** A read showed what was before a change that an earlier read had shown, so long after it was answered. */
  disagreed(afterMs: number): void {
    this.apart.learn(Math.max(this.apart.value ?? 0, afterMs));
  }

  /** A read of this part went back to what was before the last change, so long after that was answered. */
  wentBack(part: Part, afterMs: number): void {
    this.#wentBack.set(part, afterMs);
  }

  /** Whether the last read of this part went back, and how long after the change; told once only. */
  takeWentBack(part: Part): number | undefined {
    const afterMs = this.#wentBack.get(part);
    this.#wentBack.delete(part);
    return afterMs;
  }

  /**
   * How long some node may still not know of the last change, by the longest lag that was seen: with a balancer that
   * deals requests out at random, no number of looks tells.
   *
   * @param feltMs what changes take to be acted by, where that is asked for
   * @param until later changes don't count: what looks may itself change something, each time anew
   */
  restMs(feltMs: number, until = Number.POSITIVE_INFINITY): number {
    const { value: apartMs = 0 } = this.apart;
    const lagMs = Math.max(apartMs > longestLagMs ? 0 : apartMs, feltMs);
    if (lagMs === 0) return 0;
    return Math.max(0, Math.min(this.#wroteAt, until) + 1.5 * lagMs + 100 - steadyNow());
  }

  /** How long ago the last change was answered, in milliseconds. */
  get sinceWriteMs(): number {
    return steadyNow() - this.#wroteAt;
  }

  /** What was waited for was seen in as many looks as are asked for. Where nothing had changed, that tells nothing. */
  settled(): void {
    if (this.#hasChanged) this.#settled += 1;
    // What agrees before the change has shown may agree about what was before it.
    if (this.#hasChanged || this.#settledSinceWrite > 0) this.#settledSinceWrite += 1;
    this.#hasChanged = false;
  }

  /**
   * Of the first changes two: whether nodes disagree must show before anything is judged by them. What was agreed about
   * so often since the last one is known.
   */
  get looks(): number {
    if (this.apart.value !== undefined) return 3;
    return Math.max(this.#settled, this.#settledSinceWrite) < enough ? 2 : 1;
  }
}
