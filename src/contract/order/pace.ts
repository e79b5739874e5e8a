import type { RunEvent } from '../../base/model/event.js';
import type { Wait } from '../../base/model/verdict.js';
import { requirementById } from '../requirements/catalogue.js';
import { isRequirementId } from '../requirements/uses.js';
import { type Queue, queueOf } from './lanes.js';
import { type Cost, type DetectionOrder, loadOrder, type Scarce } from './order.js';

/** Waits that follow from the target file, in milliseconds. */
export interface KnownWaits {
  readonly quietMs: number;
  /** The average wait for the next TOTP step; 0 with a movable clock. */
  readonly stepMs: number;
}

export const meanStepMs = 20_000;

/** A wait right after another one lasts a whole TOTP step, which is this many mean waits. */
const wholeStep = 1.5;
/** A shorter wait is only for the rest of a step. */
const leastStepMs = 5_000;
/** Waits for a lock or by Retry-After may be for a TOTP step. */
export const isForStep = (wait: Pick<Wait, 'for' | 'ms'>): boolean =>
  wait.ms >= leastStepMs && ['code step', 'lock', 'retry-after'].includes(wait.for);

/** A fact: in each step the target takes only one code of a user, even of different keys. */
export const oneCodeInAStep = 'codes of users: one in a step';

/** Estimates for a remote cluster, used before the first measurement. */
const unmeasured = { requestMs: 100, mailMs: 3_000 };
/** The suite's own work per request. */
const ownMs = 2;
/** The requests and mails before the first test; `startMs` is the time to start processes. */
const beginning: Cost = { requests: 40, mails: 2 };
const startMs = 4_000;
const restoring: Cost = { requests: 20, mails: 1 };
const reportsMs = 4_000;
/** On most targets, all unforeseeable waits of a run take less than this. */
const mostLateMs = 10_000;
const recentRequests = 600;

interface Spent {
  requests: number;
  waitedMs: number;
  steps: number;
  stepsMs: number;
}

/** Measures a target's speed from the events of its run and predicts the time of the remaining tests. */
export class Pace {
  readonly #underWay = new Map<string, Spent>();
  readonly #requests: number[] = [];
  readonly #mails: number[] = [];
  readonly #tests: { readonly ms: number; readonly requests: number }[] = [];
  readonly #ended = new Set<string>();
  #sentInAll = 0;
  /** Unforeseeable waits: some targets lock accounts or show changes late. */
  #lateMs = 0;
  /** 1 if the last test that belongs to a queue began outside of a lane. */
  #lanes: number;
  /** Extra steps of the support user in ended tests, as expected and as observed. */
  readonly #scarce = { due: 0, awaited: 0 };
  #hasOneCodeInAStep = false;

  constructor(
    private readonly waits: KnownWaits,
    private readonly order: DetectionOrder = loadOrder(),
    private readonly lanes = 1,
  ) {
    this.#lanes = lanes;
  }

  take(event: RunEvent): void {
    if (event.type === 'exchange') {
      this.#requests.push(event.exchange.durationMs);
      if (event.requirement === '') return;
      this.#of(event.requirement).requests += 1;
      this.#sentInAll += 1;
    } else if (event.type === 'wait') {
      if (event.for === 'mail') this.#mails.push(event.ms);
      else if (event.for !== 'quiet') this.#lateMs += event.ms;
      const spent = this.#of(event.requirement);
      spent.waitedMs += event.ms;
      if (isForStep(event)) spent.steps += 1;
      if (isForStep(event)) spent.stepsMs += event.ms;
    } else if (event.type === 'learned') {
      if (event.fact === oneCodeInAStep) this.#hasOneCodeInAStep = event.value === true;
    } else if (event.type === 'test began') {
      if (this.#queueOf(event.requirement) !== undefined)
        this.#lanes = event.lane === undefined ? 1 : this.lanes;
    } else if (event.type === 'test ended') {
      const spent = this.#of(event.requirement);
      this.#tests.push({ ms: Math.max(0, event.durationMs - spent.waitedMs) + 1, requests: spent.requests });
      this.#ended.add(event.requirement);
      this.#underWay.delete(event.requirement);
      this.#endSteps(event.requirement, spent);
    }
  }

  #of(requirement: string): Spent {
    const spent = this.#underWay.get(requirement) ?? { requests: 0, waitedMs: 0, steps: 0, stepsMs: 0 };
    this.#underWay.set(requirement, spent);
    return spent;
  }

  #queueOf(requirement: string): Queue | undefined {
    return isRequirementId(requirement) ? queueOf(requirementById(requirement)) : undefined;
  }

  #endSteps(requirement: string, spent: Spent): void {
    const { cost: { steps = 0 } = {}, scarce } = this.order.rows.find(({ id }) => id === requirement) ?? {};
    const { support: due = 0 } = scarce ?? {};
    this.#scarce.due += due;
    this.#scarce.awaited += Math.max(0, Math.min(due, spent.steps - steps));
    this.#lateMs -= scarce === undefined ? steps * this.waits.stepMs : spent.stepsMs;
  }

  get mayBeLonger(): boolean {
    return this.#lateMs > mostLateMs;
  }

  beginningMs(): number {
    return this.#msOf(beginning) + startMs;
  }

  /** @param lagMs the read-back delay */
  endingMs(lagMs: number): number {
    return this.#msOf(restoring) + 2 * lagMs + reportsMs;
  }

  /** @param isAlone no other tests prepare anything */
  leftMs(ids: ReadonlySet<string>, isAlone = false): number {
    if (this.#lanes === 1) return this.#oneByOneMs(ids, isAlone);
    const msOf = (queue: Queue | undefined) =>
      this.#oneByOneMs(new Set([...ids].filter((id) => this.#queueOf(id) === queue)), isAlone);
    const accountsMs = (msOf('off') + msOf('on')) / Math.max(1, this.#lanes - 2);
    return msOf(undefined) + Math.max(msOf('support'), msOf('cluster') + accountsMs);
  }

  #oneByOneMs(ids: ReadonlySet<string>, isAlone: boolean): number {
    const left = this.order.rows.filter(({ id }) => ids.has(id) && !this.#ended.has(id));
    const shared = new Set(left.flatMap(({ shares }) => shares ?? []));
    for (const { id, shares } of this.order.rows)
      if (shares !== undefined && this.#ended.has(id)) shared.delete(shares);
    const costs = [
      ...left.map(({ cost, alone = cost }) => (isAlone ? alone : cost)),
      ...[...shared].flatMap((name) => this.order.shared[name] ?? []),
    ];
    const scarceMs = left.reduce((sum, { scarce }) => sum + this.#scarceMs(scarce), 0);
    const requestMs = this.#requestMs();
    return costs.reduce((sum, cost) => sum + this.#msOf(cost, requestMs), scarceMs);
  }

  /** Of the support user's extra steps, expects the share that earlier tests really awaited. */
  #scarceMs({ support = 0, users = 0 }: Scarce = {}): number {
    const { due, awaited } = this.#scarce;
    const steps = Math.max((support * awaited) / Math.max(1, due), this.#hasOneCodeInAStep ? users : 0);
    return steps * wholeStep * this.waits.stepMs;
  }

  #msOf({ requests = 0, mails = 0, steps = 0, quiets = 0 }: Cost, requestMs = this.#requestMs()): number {
    const { quietMs, stepMs } = this.waits;
    return requests * requestMs + mails * this.#mailMs() + steps * stepMs + quiets * quietMs;
  }

  #requestMs(): number {
    // A process's first requests are slow. So the estimate starts with this many at their median time.
    const known = 50;
    let requests = known;
    let ms =
      known * (this.#requests.length === 0 ? unmeasured.requestMs : middleOf(this.#requests, 100) + ownMs);
    for (let at = this.#tests.length - 1; at >= 0 && requests < recentRequests; at -= 1) {
      requests += this.#tests[at]?.requests ?? 0;
      ms += this.#tests[at]?.ms ?? 0;
    }
    return ms / requests + Math.max(0, this.#lateMs) / Math.max(known, this.#sentInAll);
  }

  #mailMs(): number {
    return this.#mails.length === 0 ? unmeasured.mailMs : middleOf(this.#mails, 9);
  }
}

function middleOf(values: readonly number[], count: number): number {
  const last = values.slice(-count).sort((a, b) => a - b);
  return last[last.length >> 1] ?? 0;
}
