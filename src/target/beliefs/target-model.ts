import type { Learned } from '../../base/model/event.js';
import { shapes } from '../../base/shape.js';

export interface Belief<T> {
  readonly value: T | undefined;
  learn(value: T): void;
}

/** The name of the fact that keeps support MFA by e-mail off: the suite could not switch it off again. */
export const codeless = 'why no mailed code is to be had';

/** Holds all that a run has learned about a target, built from the `learned` events of all processes. */
export class TargetModel {
  readonly #facts: Map<string, unknown>;

  constructor(
    learned: readonly Pick<Learned, 'fact' | 'value'>[] = [],
    private readonly tell: (fact: string, value: unknown) => void = () => {},
  ) {
    this.#facts = new Map(learned.map(({ fact, value }) => [fact, value]));
  }

  /** Returns the belief about a fact. Values of another shape, from other versions, count as not learned. */
  belief<T>(fact: string, isOne: (value: unknown) => value is T): Belief<T> {
    const facts = this.#facts;
    const learn = (value: T) => {
      if (JSON.stringify(facts.get(fact)) === JSON.stringify(value)) return;
      facts.set(fact, value);
      this.tell(fact, value);
    };
    return {
      get value() {
        const value = facts.get(fact);
        return isOne(value) ? value : undefined;
      },
      learn,
    };
  }

  text = (fact: string): Belief<string> => this.belief(fact, shapes.text);
  number = (fact: string): Belief<number> => this.belief(fact, shapes.number);
  flag = (fact: string): Belief<boolean> => this.belief(fact, shapes.flag);
}
