import type { Exchanged, RunBegan, RunEvent } from '../model/event.js';

type ExpectationFailed = Extract<RunEvent, { readonly type: 'expectation failed' }>;

/** What a log holds of one requirement. */
export interface OfRequirement {
  /** What its test sent, in order. */
  readonly own: readonly Exchanged[];
  readonly failed: readonly ExpectationFailed[];
  /** Answers that broke it, whichever test they were for, with what they broke. */
  readonly breaches: readonly { readonly exchange: Exchanged; readonly message: string }[];
}

/** What no answer came to has no finding of its own. */
const closedOnMistake = 'http/no-server-error-for-client-mistake';

/** A log, by what scripts need of it. */
export class LogIndex {
  readonly exchanges = new Map<number, Exchanged>();
  began: RunBegan | undefined;
  readonly #late: { requirement: string; exchange: number; message: string }[] = [];
  readonly #tests = new Map<string, { own: Exchanged[]; failed: ExpectationFailed[] }>();

  constructor(events: Iterable<RunEvent>) {
    for (const event of events) this.#take(event);
  }

  of(requirement: string): OfRequirement {
    const { own, failed } = this.#test(requirement);
    const breaches = [...this.exchanges.values()].flatMap((exchange) =>
      exchange.findings
        .filter((finding) => finding.requirement === requirement)
        .map(({ message }) => ({ exchange, message })),
    );
    const late = this.#late
      .filter((finding) => finding.requirement === requirement)
      .flatMap(({ exchange: index, message }) => {
        const exchange = this.exchanges.get(index);
        return exchange === undefined ? [] : [{ exchange, message }];
      });
    const closed =
      requirement !== closedOnMistake
        ? []
        : [...this.exchanges.values()]
            .filter(({ mistake, exchange }) => mistake !== null && exchange.response === undefined)
            .map((exchange) => ({ exchange, message: `the connection was closed on ${exchange.mistake}` }));
    return { own, failed, breaches: [...breaches, ...late, ...closed] };
  }

  /** Exchanges before another one, the newest first. */
  *before(index: number): Generator<Exchanged> {
    for (let at = index - 1; at >= 0; at -= 1) {
      const exchange = this.exchanges.get(at);
      if (exchange !== undefined) yield exchange;
    }
  }

  #take(event: RunEvent): void {
    switch (event.type) {
      case 'run began':
        this.began = event;
        break;
      case 'exchange':
        this.exchanges.set(event.index, event);
        this.#test(event.requirement).own.push(event);
        break;
      case 'finding':
        this.#late.push(event);
        break;
      case 'test began':
        this.#test(event.requirement).own = [];
        break;
      case 'adopted': {
        const adopted = event.exchanges.flatMap((index) => this.exchanges.get(index) ?? []);
        this.#test(event.requirement).own.unshift(...adopted);
        break;
      }
      case 'expectation failed':
        this.#test(event.requirement).failed.push(event);
        break;
    }
  }

  #test(requirement: string) {
    const test = this.#tests.get(requirement) ?? { own: [], failed: [] };
    this.#tests.set(requirement, test);
    return test;
  }
}

export const statusOf = ({ exchange }: Exchanged): number => exchange.response?.status ?? 0;
export const isSuccess = (exchanged: Exchanged): boolean => Math.floor(statusOf(exchanged) / 100) === 2;
