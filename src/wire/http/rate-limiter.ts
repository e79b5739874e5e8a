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
/** After refusals of this many operations despite the assumed limit, the limit was a wrong guess. */
const fruitlessRefusals = 3;
const rareFactor = 3;
const mostKept = 1_000;

/** Spaces requests by the target file's rate, and by the rate that the target seems to allow. */
export class RateLimiter {
  readonly #intervalMs: number;
  #nextAt = 0;
  /** The times of the last requests and of planned ones. */
  readonly #turns: number[] = [];
  readonly #seen: { readonly before: number; readonly operation: string | null }[] = [];
  #mostInWindow: number | undefined;
  #windowMs = windowMs.atFirst;
  #sinceRefused = 0;
  readonly #fruitless = new Set<string | null>();

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

  refused(waitMs: number, operation: string | null): void {
    if (waitMs > longestWaitMs || this.#fruitless.size >= fruitlessRefusals) return;
    const sent = this.#sinceRefused;
    this.#sinceRefused = 0;
    const now = performance.now();
    const before = this.#turns.filter((at) => at > now - 1_000 && at <= now).length - 1;
    const most = this.#mostInWindow;
    if (most === undefined) return void this.#learn(before, operation);
    if (before * similarWithin >= most)
      this.#windowMs = Math.min(this.#windowMs + windowMs.more, windowMs.most);
    if (sent >= rareFactor * most) this.#fruitless.clear();
    else this.#fruitless.add(operation);
    if (this.#fruitless.size >= fruitlessRefusals) this.#mostInWindow = undefined;
  }

  #learn(before: number, operation: string | null): void {
    this.#seen.push({ before, operation });
    if (this.#seen.length > refusalsToLearn) this.#seen.shift();
    const counts = this.#seen.map((each) => each.before);
    const least = Math.min(...counts);
    const isLimit = counts.length === refusalsToLearn && Math.max(...counts) <= similarWithin * least;
    // A limit of one operation, such as on mails, is not one on all requests.
    const isOfAll = new Set(this.#seen.map((each) => each.operation)).size > 1;
    if (isLimit && isOfAll && least >= fewestPerSecond) this.#mostInWindow = least;
  }
}
