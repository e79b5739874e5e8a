import { steadyNow } from '../../base/steady-now.js';

/** Others may use the target too: what was read a while ago is read again. */
const knownForMs = 10_000;
const expectedForMs = 60_000;

export interface Touch {
  /** Without codes, and in memory only; undefined where another one like it may do something else. */
  readonly like: string | undefined;
  /** Unless it was refused, and is meant for the other configuration. */
  readonly maySet: boolean;
}

/** One configuration as GET should show it. A target that contradicts that is read each time. */
export class ExpectedState {
  /** As it was read, or as requests made it since; undefined where only a read tells. */
  #expected: string | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  /** Nothing was sent since the last read that might have changed anything. */
  #isUntouched = false;
  /** What was known before the last request, and that; undefined where it was not alone. */
  #last: string | undefined;
  /** By what was known before a request, and the request: what a read after it showed. */
  readonly #effects = new Map<string, string>();
  /** All that was sent since the last read was refused, and meant for the other configuration. */
  #isApart = false;
  #underWay = 0;
  #begun = 0;

  constructor(private readonly now: () => number = steadyNow) {}

  sent(touches: boolean): void {
    this.#isUntouched = false;
    if (!touches) {
      this.#isApart = false;
      return;
    }
    this.#begun += 1;
    this.#underWay += 1;
  }

  answered({ like, maySet }: Touch): void {
    this.#underWay -= 1;
    this.#isApart &&= !maySet;
    const isAlone = like !== undefined && this.#expected !== undefined && this.#underWay === 0;
    this.#last = isAlone ? `${this.#expected} ${like}` : undefined;
    this.#expected = this.#last === undefined ? undefined : this.#effects.get(this.#last);
  }

  /** Before a read. @returns what to call with what it showed */
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
    this.#isApart = true;
    this.#readAt = this.now();
  }

  get known(): unknown {
    return this.#isUntouched && this.#underWay === 0 ? this.#within(knownForMs) : undefined;
  }

  /** Likewise, or where requests meant for the other configuration were refused, which left this one alone before. */
  get apart(): unknown {
    return this.#isApart && this.#underWay === 0 ? this.#within(knownForMs) : undefined;
  }

  /** What it is after all that was sent, as far as is known: to decide what is still to be arranged. */
  get expected(): unknown {
    return this.#underWay === 0 ? this.#within(expectedForMs) : undefined;
  }

  #within(ms: number): unknown {
    if (this.#expected === undefined || this.now() - this.#readAt >= ms) return undefined;
    return JSON.parse(this.#expected);
  }
}
