import { steadyNow } from '../../base/steady-now.js';
import type { Part } from '../../contract/openapi/operations.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';

/** What shows the old state later than this after a change is no node that has yet to learn of it. */
const longestLagMs = 3_000;
const enough = 3;

/** Whether a target's nodes show a change at different times, and how many looks cover all. */
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

  /** Sessions ended, or a code was tried: nodes have yet to learn of that too. */
  touched(): void {
    this.#wroteAt = steadyNow();
  }

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

  /** Whether the last read of this part went back, and how long after the change; returned once. */
  takeWentBack(part: Part): number | undefined {
    const afterMs = this.#wentBack.get(part);
    this.#wentBack.delete(part);
    return afterMs;
  }

  /** How long some node may not know of the last change. @param until later changes don't count */
  restMs(feltMs: number, until = Number.POSITIVE_INFINITY): number {
    const { value: apartMs = 0 } = this.apart;
    const lagMs = Math.max(apartMs > longestLagMs ? 0 : apartMs, feltMs);
    if (lagMs === 0) return 0;
    return Math.max(0, Math.min(this.#wroteAt, until) + 1.5 * lagMs + 100 - steadyNow());
  }

  get sinceWriteMs(): number {
    return steadyNow() - this.#wroteAt;
  }

  /** As many looks as needed saw what was awaited. Where nothing had changed, that tells nothing. */
  settled(): void {
    if (this.#hasChanged) this.#settled += 1;
    // Until the change is visible, nodes may agree on the old state.
    if (this.#hasChanged || this.#settledSinceWrite > 0) this.#settledSinceWrite += 1;
    this.#hasChanged = false;
  }

  /** Two after the first changes: whether nodes disagree must show before anything is judged by them. */
  get looks(): number {
    if (this.apart.value !== undefined) return 3;
    return Math.max(this.#settled, this.#settledSinceWrite) < enough ? 2 : 1;
  }
}
