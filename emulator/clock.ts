/** The emulator's own time: real time plus all moves. It never goes back while it runs. */
export class Clock {
  #aheadMs = 0;

  /** Epoch milliseconds. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  date(): Date {
    return new Date(this.now());
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }
}
