/** The emulator's own time: real time plus all moves, in epoch milliseconds. It never goes back. */
export class Clock {
  #aheadMs = 0;

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
