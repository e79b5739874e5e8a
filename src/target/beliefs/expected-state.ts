import { steadyNow } from '../../base/steady-now.js';

/** Other people may use the target too, so reads older than this are repeated. */
const knownForMs = 10_000;
const expectedForMs = 60_000;

/** Predicts what GET shows, from the effects of earlier requests. A wrong prediction voids them all. */
export class ExpectedState {
  /** The last state read, or the state that requests have made since. Undefined if only a read can show the state. */
  #expected: string | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  /** Whether no request since the last read could change the state. */
  #isUntouched = false;
  /** The state before the last request, joined with that request. Undefined if requests ran concurrently. */
  #last: string | undefined;
  /** Maps a state and a request to the state that a read showed after that request. */
  readonly #effects = new Map<string, string>();
  #underWay = 0;
  #begun = 0;

  constructor(private readonly now: () => number = steadyNow) {}

  sent(touches: boolean): void {
    this.#isUntouched = false;
    if (!touches) return;
    this.#begun += 1;
    this.#underWay += 1;
  }

  /** @param like a text, the same for all requests with the same effect; undefined if the effect may vary */
  answered(like: string | undefined): void {
    this.#underWay -= 1;
    const isAlone = like !== undefined && this.#expected !== undefined && this.#underWay === 0;
    this.#last = isAlone ? `${this.#expected} ${like}` : undefined;
    this.#expected = this.#last === undefined ? undefined : this.#effects.get(this.#last);
  }

  /** Call this before a read, and the returned function with the body that the read shows. */
  reading(): (body: unknown) => void {
    const begun = this.#begun;
    const isQuiet = this.#underWay === 0;
    return (body) => {
      if (!isQuiet || begun !== this.#begun) this.#expected = undefined;
      else this.#read(JSON.stringify(body));
    };
  }

  #read(shown: string): void {
    if (this.#expected !== undefined && this.#expected !== shown) this.#effects.clear();
    if (this.#last !== undefined) this.#effects.set(this.#last, shown);
    this.#last = undefined;
    this.#expected = shown;
    this.#isUntouched = true;
    this.#readAt = this.now();
  }

  get known(): unknown {
    return this.#isUntouched && this.#underWay === 0 ? this.#within(knownForMs) : undefined;
  }

  /** The probable state after all requests, to decide which preparations are still needed. */
  get expected(): unknown {
    return this.#underWay === 0 ? this.#within(expectedForMs) : undefined;
  }

  #within(ms: number): unknown {
    if (this.#expected === undefined || this.now() - this.#readAt >= ms) return undefined;
    return JSON.parse(this.#expected);
  }
}
