import type { Finding } from '../../base/model/breach.js';
import { type Check, isSuccess as isDone } from '../../base/model/check.js';
import type { Again, Exchanged, RunBegan, RunEvent } from '../../base/model/event.js';

type Broken = Finding & { readonly exchange: number };

interface OfTest {
  own: Exchanged[];
  readonly failed: Check[];
}

const closedOnMistake = 'http/no-server-error-for-client-mistake';

export class LogIndex {
  readonly exchanges = new Map<number, Exchanged>();
  began: RunBegan | undefined;
  readonly #broken: Broken[] = [];
  readonly #tests = new Map<string, OfTest>();

  constructor(events: Iterable<RunEvent>) {
    for (const event of events) this.#take(event);
  }

  of(requirement: string): Readonly<OfTest> & { readonly breaches: readonly Broken[] } {
    const breaches = this.#broken.filter((each) => each.requirement === requirement);
    return { ...this.#test(requirement), breaches };
  }

  before(index: number): Exchanged[] {
    return [...this.exchanges.values()].filter((each) => each.index < index);
  }

  lastBefore(index: number, fits: (each: Exchanged) => boolean): Exchanged | undefined {
    return this.before(index).findLast(fits);
  }

  /** Returns how the run sent reads with the admin's API key. Undefined if the target file has no key. */
  get byAdminKey(): Again | undefined {
    return [...this.exchanges.values()].find(isReadByAdmin)?.again;
  }

  #take(event: RunEvent): void {
    switch (event.type) {
      case 'run began':
        this.began = event;
        break;
      case 'exchange': {
        const { index: exchange, mistake, findings } = event;
        this.exchanges.set(exchange, event);
        this.#test(event.requirement).own.push(event);
        this.#broken.push(...findings.map((finding) => ({ ...finding, exchange })));
        if (mistake !== null && event.exchange.response === undefined) {
          const breach = { kind: 'connection closed', mistake } as const;
          this.#broken.push({ requirement: closedOnMistake, breach, exchange });
        }
        break;
      }
      case 'finding':
        this.#broken.push(event);
        break;
      case 'test began':
        // If a test runs again alone, the requests of its first run stay in the list.
        if (!event.again) this.#test(event.requirement).own = [];
        break;
      case 'adopted': {
        const adopted = event.exchanges.flatMap((index) => this.exchanges.get(index) ?? []);
        this.#test(event.requirement).own.unshift(...adopted);
        break;
      }
      case 'expectation failed':
        this.#test(event.requirement).failed.push(event.check);
        break;
    }
  }

  #test(requirement: string): OfTest {
    const test = this.#tests.get(requirement) ?? { own: [], failed: [] };
    this.#tests.set(requirement, test);
    return test;
  }
}

export const isReadByAdmin = ({ exchange, again }: Exchanged): boolean =>
  exchange.request.method === 'GET' &&
  again?.origins.length === 1 &&
  again.headers['apiKey'] === '{{ADMIN_KEY}}';

export const statusOf = ({ exchange }: Exchanged): number => exchange.response?.status ?? 0;
export const isSuccess = (exchanged: Exchanged): boolean => isDone(statusOf(exchanged));
export const userOf = (each: Exchanged | undefined): string | undefined =>
  /"username":\s*"([^"]*)"/.exec(each?.exchange.request.body ?? '')?.[1];
