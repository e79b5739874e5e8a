import type { Learned } from '../../base/model/event.js';
import { shapedLike, shapes } from '../../base/shape.js';

export interface Belief<T> {
  /** Undefined while nothing was learned. */
  readonly value: T | undefined;
  learn(value: T): void;
}

const isNumber = shapedLike<number>(shapes.number);
const isText = shapedLike<string>(shapes.text);
const isFlag = shapedLike<boolean>(shapes.flag);

/** The fact that says why support MFA is not switched on by e-mail: nobody could switch it off again. */
export const codeless = 'why no mailed code is to be had';

/** All that a run has learned of a target, folded from the `learned` events in its log. Any process may write them. */
export class TargetModel {
  readonly #facts: Map<string, unknown>;

  /** @param tell told of what is learned from here on, to write it down */
  constructor(
    learned: readonly Pick<Learned, 'fact' | 'value'>[] = [],
    private readonly tell: (fact: string, value: unknown) => void = () => {},
  ) {
    this.#facts = new Map(learned.map(({ fact, value }) => [fact, value]));
  }

  /** @param isOne what other versions may have learned in another shape counts as not learned */
  belief<T>(fact: string, isOne: (value: unknown) => value is T): Belief<T> {
    const facts = this.#facts;
    const tell = this.tell;
    return {
      get value() {
        const value = facts.get(fact);
        return isOne(value) ? value : undefined;
      },
      learn(value) {
        if (JSON.stringify(facts.get(fact)) === JSON.stringify(value)) return;
        facts.set(fact, value);
        tell(fact, value);
      },
    };
  }

  text(fact: string): Belief<string> {
    return this.belief(fact, isText);
  }

  number(fact: string): Belief<number> {
    return this.belief(fact, isNumber);
  }

  flag(fact: string): Belief<boolean> {
    return this.belief(fact, isFlag);
  }
}
