import type { Breach } from '../../base/model/breach.js';
import { decidingOf } from '../../base/model/check.js';
import type { Again, Exchanged, Origin, RunBegan, RunEvent } from '../../base/model/event.js';
import { renamed } from './renamed.js';

type ExpectationFailed = Extract<RunEvent, { readonly type: 'expectation failed' }>;

/** What a log holds of one requirement. */
export interface OfRequirement {
  /** What its test sent, in order. */
  readonly own: readonly Exchanged[];
  readonly failed: readonly ExpectationFailed[];
  /** Answers that broke it, whichever test they were for, with what they broke. */
  readonly breaches: readonly { readonly exchange: Exchanged; readonly breach: Breach }[];
}

const adminKey = 'ADMIN_KEY';

/** What no answer came to has no finding of its own. */
const closedOnMistake = 'http/no-server-error-for-client-mistake';

/** A log, by what scripts need of it. */
export class LogIndex {
  readonly exchanges = new Map<number, Exchanged>();
  began: RunBegan | undefined;
  readonly #late: Extract<RunEvent, { readonly type: 'finding' }>[] = [];
  readonly #tests = new Map<string, { own: Exchanged[]; failed: ExpectationFailed[] }>();
  /** What an expectation failed by: it is answered otherwise where the fault is mended. */
  readonly #guilty = new Set<number>();
  readonly #ends: number[] = [];

  constructor(events: Iterable<RunEvent>) {
    for (const event of events) this.#take(event);
  }

  of(requirement: string): OfRequirement {
    const { own, failed } = this.#test(requirement);
    const breaches = [...this.exchanges.values()].flatMap((exchange) =>
      exchange.findings
        .filter((finding) => finding.requirement === requirement)
        .map(({ breach }) => ({ exchange, breach })),
    );
    const late = this.#late
      .filter((finding) => finding.requirement === requirement)
      .flatMap(({ exchange: index, breach }) => {
        const exchange = this.exchanges.get(index);
        return exchange === undefined ? [] : [{ exchange, breach }];
      });
    const closed = [...this.exchanges.values()].flatMap((exchange) =>
      requirement !== closedOnMistake || exchange.mistake === null || exchange.exchange.response !== undefined
        ? []
        : [{ exchange, breach: { kind: 'connection closed' as const, mistake: exchange.mistake } }],
    );
    return { own, failed, breaches: [...breaches, ...late, ...closed] };
  }

  /** Exchanges before another one, the newest first. */
  *before(index: number): Generator<Exchanged> {
    for (let at = index - 1; at >= 0; at -= 1) {
      const exchange = this.exchanges.get(at);
      if (exchange !== undefined) yield exchange;
    }
  }

  /** Whether a request did what it should not, in the eyes of another requirement than this. */
  isGuilty(index: number, requirement: string): boolean {
    return this.#guilty.has(index) && this.exchanges.get(index)?.requirement !== requirement;
  }

  /** A read with the admin's API key and nothing else; undefined where the target file has none. */
  get byAdminKey(): Again | undefined {
    for (const { again, exchange } of this.exchanges.values()) {
      if (exchange.request.method === 'GET' && isAdminsKey(again)) return again;
    }
    return undefined;
  }

  isByAdminKey({ again }: Exchanged): boolean {
    return isAdminsKey(again);
  }

  /** Requests that ended sessions. */
  get endsOfSessions(): readonly number[] {
    return this.#ends;
  }

  /**
   * A session that should not have been handed out may have served later tests: in its place, one that the user was
   * given for a right code.
   */
  #withoutGuilt(exchanged: Exchanged): Exchanged {
    const { again, requirement, index } = exchanged;
    if (again === undefined) return exchanged;
    const swapped = new Map<string, Origin>();
    for (const origin of again.origins) {
      if (origin.kind !== 'answer' || !this.isGuilty(origin.exchange, requirement)) continue;
      const login = this.exchanges.get(origin.exchange);
      const other = login === undefined ? undefined : this.#loginLike(login, index);
      if (other !== undefined)
        swapped.set(origin.name, { ...origin, name: `${origin.member}-${other}`, exchange: other });
    }
    return swapped.size === 0 ? exchanged : { ...exchanged, again: renamed(again, swapped) };
  }

  /** The last login of the same user before, with which nothing was wrong. */
  #loginLike(login: Exchanged, before: number): number | undefined {
    const user = userOf(login);
    for (const other of this.before(before)) {
      if (other.exchange.operation !== 'CreateSession' || !isSuccess(other) || userOf(other) !== user)
        continue;
      if (!this.#guilty.has(other.index)) return other.index;
    }
    return undefined;
  }

  #take(event: RunEvent): void {
    switch (event.type) {
      case 'run began':
        this.began = event;
        break;
      case 'exchange': {
        const exchange = this.#withoutGuilt(event);
        this.exchanges.set(event.index, exchange);
        this.#test(event.requirement).own.push(exchange);
        if (event.exchange.operation === 'DeleteSession' && isSuccess(event)) this.#ends.push(event.index);
        break;
      }
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
        // A configuration that is not as it should be says nothing of the request before.
        if (event.check.kind !== 'state' && event.check.kind !== 'members') {
          const { kind, answers } = event.check;
          for (const each of kind === 'refused' ? answers : [decidingOf(event.check)])
            if (each !== undefined) this.#guilty.add(each.exchange);
        }
        break;
    }
  }

  #test(requirement: string) {
    const test = this.#tests.get(requirement) ?? { own: [], failed: [] };
    this.#tests.set(requirement, test);
    return test;
  }
}

const isAdminsKey = (again: Again | undefined): boolean =>
  again?.origins.length === 1 && again.headers['apiKey'] === `{{${adminKey}}}`;

export const statusOf = ({ exchange }: Exchanged): number => exchange.response?.status ?? 0;
export const isSuccess = (exchanged: Exchanged): boolean => Math.floor(statusOf(exchanged) / 100) === 2;
/** Whom a request names. */
export const userOf = (each: Exchanged | undefined): string | undefined =>
  /"username":\s*"([^"]*)"/.exec(each?.exchange.request.body ?? '')?.[1];
