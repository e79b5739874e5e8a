import { setTimeout as sleep } from 'node:timers/promises';

/** A limit that asks to wait no longer than this counts the requests of a second. */
const longestOfSecondMs = 2_000;
/** So many refusals in a row, each after about as many requests, tell of such a limit. */
const toLearn = 3;
const alikeWithin = 1.25;
/** After fewer in the last second, it was something else that asked to wait. */
const leastInSecond = 5;
/** What the way to the target makes of a second, at first, and how it grows where that was not enough. */
const windowMs = { atFirst: 1_025, more: 10, most: 1_200 };
/** Refused as often as before, so many times in a row: it was no such limit. */
const mostInVain = 3;
const rarelyTimes = 3;
const mostKept = 1_000;

/**
 * Keeps the target file's rate: a bucket of one token, so that requests are spaced evenly and a target never sees
 * more than it was promised in any second. And the rate that a target is seen to allow: it is asked to come again less
 * often then than by going on until it says so, and what is sent at once is still sent at once.
 */
export class Pace {
  readonly #intervalMs: number;
  #nextAt = 0;
  /** When the last requests were sent, or will be. */
  readonly #turns: number[] = [];
  /** After how many requests in a second the target asked to wait. */
  readonly #seen: number[] = [];
  #mostInWindow: number | undefined;
  #windowMs = windowMs.atFirst;
  #sinceRefused = 0;
  #inVain = 0;

  /** @param perSecond undefined: as fast as answers come, and as the target allows */
  constructor(perSecond: number | undefined) {
    this.#intervalMs = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  /** Until the next request may be sent. */
  async turn(): Promise<void> {
    const now = performance.now();
    const first = this.#mostInWindow === undefined ? undefined : this.#turns.at(-this.#mostInWindow);
    const at = Math.max(now, this.#nextAt, first === undefined ? 0 : first + this.#windowMs);
    this.#nextAt = at + this.#intervalMs;
    this.#turns.push(at);
    this.#sinceRefused += 1;
    if (this.#turns.length > mostKept) this.#turns.shift();
    // Timers may fire a moment early.
    while (performance.now() < at) await sleep(Math.ceil(at - performance.now()));
  }

  /** The last request was refused: too many were sent, and the next one is asked for so much later. */
  refused(waitMs: number): void {
    const sent = this.#sinceRefused;
    this.#sinceRefused = 0;
    if (waitMs > longestOfSecondMs || this.#inVain >= mostInVain) return;
    if (this.#mostInWindow === undefined) return void this.#learn();
    this.#windowMs = Math.min(this.#windowMs + windowMs.more, windowMs.most);
    this.#inVain = sent < rarelyTimes * this.#mostInWindow ? this.#inVain + 1 : 0;
    if (this.#inVain >= mostInVain) this.#mostInWindow = undefined;
  }

  #learn(): void {
    const now = performance.now();
    // The refused one is no part of what was allowed.
    this.#seen.push(this.#turns.filter((at) => at > now - 1_000 && at <= now).length - 1);
    if (this.#seen.length > toLearn) this.#seen.shift();
    const least = Math.min(...this.#seen);
    const isLimit = this.#seen.length === toLearn && Math.max(...this.#seen) <= alikeWithin * least;
    if (isLimit && least >= leastInSecond) this.#mostInWindow = least;
  }
}
