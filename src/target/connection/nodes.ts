import { steadyNow } from '../../base/steady-now.js';
import type { Part } from '../../contract/openapi/operations.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';

/** An old state that shows later than this after a change doesn't come from a lagging node. */
const longestLagMs = 3_000;
const enough = 3;

/** Learns whether a target's nodes show a change at different times, and how many looks cover all. */
export class Nodes {
  #settled = 0;
  /** Before any change, nodes can't disagree. */
  #settledSinceWrite = enough;
  #hasChanged = false;
  readonly #wentBack = new Map<Part, number>();
  #wroteAt = Number.NEGATIVE_INFINITY;

  /** @param apart how long after a change a node still showed the old state; undefined if none did */
  constructor(private readonly apart: Belief<number> = new TargetModel().number('nodes apart')) {}

  /** A configuration changed, and nodes may not know yet. */
  wrote(): void {
    this.#settledSinceWrite = 0;
    this.#wroteAt = steadyNow();
  }

  /** Sessions ended or a code was tried, and nodes may not know yet. */
  touched(): void {
    this.#wroteAt = steadyNow();
  }

  changed(): void {
    this.#hasChanged = true;
  }

  /** A read showed the old state after another had shown the change, this long after its answer. */
  disagreed(afterMs: number): void {
    this.apart.learn(Math.max(this.apart.value ?? 0, afterMs));
  }

  /** A read of this part returned to the old state, this long after the change was answered. */
  wentBack(part: Part, afterMs: number): void {
    this.#wentBack.set(part, afterMs);
  }

  /** How long after the change the last read of this part returned to the old state, if it did; returned once. */
  takeWentBack(part: Part): number | undefined {
    const afterMs = this.#wentBack.get(part);
    this.#wentBack.delete(part);
    return afterMs;
  }

  /** How long a node may still not know of the last change. @param until later changes don't count */
  restMs(feltMs: number, until = Number.POSITIVE_INFINITY): number {
    const { value: apartMs = 0 } = this.apart;
    const lagMs = Math.max(apartMs > longestLagMs ? 0 : apartMs, feltMs);
    if (lagMs === 0) return 0;
    return Math.max(0, Math.min(this.#wroteAt, until) + 1.5 * lagMs + 100 - steadyNow());
  }

  get sinceWriteMs(): number {
    return steadyNow() - this.#wroteAt;
  }

  /** Enough looks saw the awaited state. Without an earlier change that shows nothing. */
  settled(): void {
    if (this.#hasChanged) this.#settled += 1;
    // Until the change is visible, nodes may agree on the old state.
    if (this.#hasChanged || this.#settledSinceWrite > 0) this.#settledSinceWrite += 1;
    this.#hasChanged = false;
  }

  /** Two after the first changes: whether nodes disagree must be known before anything depends on it. */
  get looks(): number {
    if (this.apart.value !== undefined) return 3;
    return Math.max(this.#settled, this.#settledSinceWrite) < enough ? 2 : 1;
  }
}
