import type { RunEvent } from '../../base/model/event.js';
import { type Cost, type DetectionOrder, loadOrder } from './order.js';

/** What the target file tells of a target's waits, in milliseconds. */
export interface KnownWaits {
  readonly quietMs: number;
  /** Until the next TOTP step, on the average; 0 where the clock can be moved. */
  readonly stepMs: number;
}

/** What a test waits on the average for the next TOTP step, in milliseconds. */
export const meanStepMs = 20_000;

/** Of a cluster in another town: until anything was seen. */
const unseen = { requestMs: 100, mailMs: 3_000 };
/** The suite's own work for a request, in milliseconds. */
const ownMs = 2;
/** To begin: what is sent, and the start of the processes. */
const lookingAt: Cost = { requests: 40, mails: 2 };
const startMs = 4_000;
/** To restore the state, and to write the reports. */
const restoring: Cost = { requests: 20, mails: 1 };
const reportsMs = 4_000;
/** So many requests of the tests tell how fast the target is now. */
const window = 600;

/** How fast a target is, learnt from the events of its run, and what tests that are to come will take by it. */
export class Pace {
  /** By requirement: waits of its test so far, which its requests are not to blame for. */
  readonly #waited = new Map<string, number>();
  readonly #requests: number[] = [];
  readonly #mails: number[] = [];
  readonly #tests: { readonly ms: number; readonly requests: number }[] = [];
  readonly #ended = new Set<string>();
  #sent = 0;

  constructor(
    private readonly waits: KnownWaits,
    private readonly order: DetectionOrder = loadOrder(),
  ) {}

  take(event: RunEvent): void {
    if (event.type === 'exchange') {
      this.#requests.push(event.exchange.durationMs);
      if (event.requirement !== '') this.#sent += 1;
    } else if (event.type === 'wait') {
      if (event.for === 'mail') this.#mails.push(event.ms);
      this.#waited.set(event.requirement, (this.#waited.get(event.requirement) ?? 0) + event.ms);
    } else if (event.type === 'test ended') {
      const waited = this.#waited.get(event.requirement) ?? 0;
      this.#tests.push({ ms: Math.max(0, event.durationMs - waited) + 1, requests: this.#sent });
      this.#ended.add(event.requirement);
      this.#sent = 0;
    }
  }

  /** What a run takes before its tests: the first look at the accounts. */
  beginningMs(): number {
    return this.#msOf(lookingAt) + startMs;
  }

  /**
   * What a run takes after its tests: the state is restored, the reports are written.
   *
   * @param lagMs until a change shows
   */
  endingMs(lagMs: number): number {
    return this.#msOf(restoring) + 2 * lagMs + reportsMs;
  }

  /**
   * What the tests of these requirements take, in milliseconds: those of them that have not ended.
   *
   * @param isAlone they don't come after their neighbours in the spec files
   */
  leftMs(ids: ReadonlySet<string>, isAlone = false): number {
    const left = this.order.rows.filter(({ id }) => ids.has(id) && !this.#ended.has(id));
    const shared = new Set(left.flatMap(({ shares }) => shares ?? []));
    for (const { id, shares } of this.order.rows)
      if (shares !== undefined && this.#ended.has(id)) shared.delete(shares);
    const costs = [
      ...left.map(({ cost, alone = cost }) => (isAlone ? alone : cost)),
      ...[...shared].flatMap((name) => this.order.shared[name] ?? []),
    ];
    return costs.reduce((sum, cost) => sum + this.#msOf(cost), 0);
  }

  #msOf({ requests = 0, mails = 0, steps = 0, quiets = 0 }: Cost): number {
    const { quietMs, stepMs } = this.waits;
    return requests * this.#requestMs() + mails * this.#mailMs() + steps * stepMs + quiets * quietMs;
  }

  #requestMs(): number {
    // The first requests of a process are slow: the middle one tells most, until enough were sent by tests.
    const known = 50;
    let requests = known;
    let ms = known * (this.#requests.length === 0 ? unseen.requestMs : middleOf(this.#requests, 100) + ownMs);
    for (let at = this.#tests.length - 1; at >= 0 && requests < window; at -= 1) {
      requests += this.#tests[at]?.requests ?? 0;
      ms += this.#tests[at]?.ms ?? 0;
    }
    return ms / requests;
  }

  #mailMs(): number {
    return this.#mails.length === 0 ? unseen.mailMs : middleOf(this.#mails, 9);
  }
}

/** The middle one of the last `count`. */
function middleOf(values: readonly number[], count: number): number {
  const last = values.slice(-count).sort((a, b) => a - b);
  return last[last.length >> 1] ?? 0;
}
