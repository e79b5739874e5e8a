import { setTimeout as sleep } from 'node:timers/promises';

/** After a longer wait, the target's limit is not one per second. */
const longestWaitMs = 2_000;
/** This many similar refusals reveal a limit per second. */
const refusalsToLearn = 3;
const similarWithin = 1.25;
/** A refusal after fewer requests in a second has another cause. */
const fewestPerSecond = 5;
/** The suite sends at most the limit in this time: a second plus jitter, longer after each refusal. */
const windowMs = { atFirst: 1_025, more: 10, most: 1_200 };
/** After this many refusals despite the assumed limit, the limit was a wrong guess. */
const fruitlessRefusals = 3;
const rareFactor = 3;
const mostKept = 1_000;

/** Spaces requests by the target file's rate, and by the rate that the target seems to allow. */
export class RateLimiter {
  readonly #intervalMs: number;
  #nextAt = 0;
  /** The times of the last requests and of planned ones. */
  readonly #turns: number[] = [];
  readonly #seen: number[] = [];
  #mostInWindow: number | undefined;
  #windowMs = windowMs.atFirst;
  #sinceRefused = 0;
  #fruitless = 0;

  /** @param perSecond undefined: only the target limits the rate */
  constructor(perSecond: number | undefined) {
    this.#intervalMs = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  async turn(): Promise<void> {
    const now = performance.now();
    const first = this.#mostInWindow === undefined ? undefined : this.#turns.at(-this.#mostInWindow);
    const at = Math.max(now, this.#nextAt, first === undefined ? 0 : first + this.#windowMs);
    this.#nextAt = at + this.#intervalMs;
    this.#turns.push(at);
    this.#sinceRefused += 1;
    if (this.#turns.length > mostKept) this.#turns.shift();
    while (performance.now() < at) await sleep(Math.ceil(at - performance.now()));
  }

  refused(waitMs: number): void {
    const sent = this.#sinceRefused;
    this.#sinceRefused = 0;
    if (waitMs > longestWaitMs || this.#fruitless >= fruitlessRefusals) return;
    if (this.#mostInWindow === undefined) return void this.#learn();
    this.#windowMs = Math.min(this.#windowMs + windowMs.more, windowMs.most);
    this.#fruitless = sent < rareFactor * this.#mostInWindow ? this.#fruitless + 1 : 0;
    if (this.#fruitless >= fruitlessRefusals) this.#mostInWindow = undefined;
  }

  #learn(): void {
    const now = performance.now();
    this.#seen.push(this.#turns.filter((at) => at > now - 1_000 && at <= now).length - 1);
    if (this.#seen.length > refusalsToLearn) this.#seen.shift();
    const least = Math.min(...this.#seen);
    const isLimit = this.#seen.length === refusalsToLearn && Math.max(...this.#seen) <= similarWithin * least;
    if (isLimit && least >= fewestPerSecond) this.#mostInWindow = least;
  }
}
