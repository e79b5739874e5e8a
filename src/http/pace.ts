import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Keeps the target file's rate: a bucket of one token, so that requests are spaced evenly and a target never sees
 * more than it was promised in any second.
 */
export class Pace {
  readonly #intervalMs: number;
  #nextAt = 0;

  /** @param perSecond undefined: as fast as answers come */
  constructor(perSecond: number | undefined) {
    this.#intervalMs = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  /** Until the next request may be sent. */
  async turn(): Promise<void> {
    if (this.#intervalMs === 0) return;
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#intervalMs;
    // Timers may fire a moment early.
    while (performance.now() < at) await sleep(Math.ceil(at - performance.now()));
  }
}
