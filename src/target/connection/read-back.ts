import { steadyNow } from '../../base/steady-now.js';
import { operationRow, type Part } from '../../contract/openapi/operations.js';
import { ExpectedState } from '../beliefs/expected-state.js';
import { changeGivenMs, mostMissed, nextLook, nextPauseMs } from '../beliefs/policies.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';
import { sleep } from '../sleep.js';
import type { Answered, Call, Next } from './call.js';
import { PartLag } from './part-lag.js';
import type { Recorder } from './recorder.js';
import type { Scope } from './scope.js';

/** A shorter delay may come from a slow answer, not from a late change. */
const lateMs = 500;
/** If an effect was never measured, the suite waits as long as reads take to show changes, but no longer than this. */
const mostOfOthersMs = 1_000;
/** After this many changes that reads confirmed, the suite assumes that nodes agree. */
const enough = 3;

/** Kinds of effects, which the suite gives up on separately: if one kind never shows, another still may. */
const effects = ['state', 'unchanged', 'other'] as const;
type Effect = (typeof effects)[number];

export interface SettleOptions {
  readonly of?: Effect;
  readonly mostMs?: number;
  /** The pause after the first try. A caller sets a longer one if each try costs a session or a failed attempt. */
  readonly firstPauseMs?: number;
  /** Limits failed tries, not time, if each may bring an account closer to a lock. The pauses then double. */
  readonly mostMisses?: number;
  /** Whether the effect is on behaviour, such as logins: a success counts only once the enforcement delay is over. */
  readonly isFelt?: true;
  /** How many consecutive reads must show the change, because one node may be ahead of the others. */
  readonly looks?: number;
}

export class ReadBack {
  readonly expected: Readonly<Record<Part, ExpectedState>> = {
    cluster: new ExpectedState(),
    support: new ExpectedState(),
  };
  readonly #lags: Readonly<Record<Part, PartLag>>;
  /** For each running test, the number of changes that never showed. Tests may run in parallel. */
  readonly #missesIn = new WeakMap<Scope, number>();
  #settled = 0;
  /** Nodes can't disagree before the first change. */
  #settledSinceWrite = enough;
  #hasChanged = false;

  constructor(
    private readonly recorder: Pick<Recorder, 'waited' | 'requirement' | 'parts' | 'scope'>,
    private readonly model = new TargetModel(),
  ) {
    this.#lags = { cluster: new PartLag('cluster', model), support: new PartLag('support', model) };
  }

  isLate = (part: Part): boolean => (this.#seenOf(part).shownAfter.value ?? 0) > 0;

  /** Returns the delays to assume for a part. Before its first change, these are the other part's. */
  #seenOf(part: Part): PartLag {
    const { cluster, support } = this.#lags;
    const [own, other] = part === 'cluster' ? [cluster, support] : [support, cluster];
    return own.shownAfter.value === undefined && own.felt.value === undefined ? other : own;
  }

  /** Tells whether the first read after each change of a part showed it. False before the first change. */
  showsAtOnce = (part: Part): boolean => this.#lags[part].shownAfter.value === 0;

  /** The longest time until a read showed a change of any part, in milliseconds. 0 if the first read always did. */
  get shownAfterMs(): number | undefined {
    const seen = Object.values(this.#lags).flatMap(({ shownAfter }) => shownAfter.value ?? []);
    return seen.length === 0 ? undefined : Math.max(...seen);
  }

  wrote(parts: readonly Part[]): void {
    for (const part of parts) this.#lags[part].wrote();
    this.#settledSinceWrite = 0;
    // The write may have changed the other part, too.
    this.refused();
    for (const part of this.recorder.parts) this.#lags[part].touched();
  }

  /** Call this if the target refused a write. It may have stored the write nevertheless. */
  refused(): void {
    for (const part of this.recorder.parts) this.#lags[part].doubtful();
  }

  unsure(): void {
    for (const part of this.recorder.parts) this.#lags[part].unsure();
  }

  /** Call this if a request changed not the configuration of a part: it ended sessions, or tried the support user's code. */
  changed(part: Part): void {
    if (part === 'support') this.#lags.support.tried();
    else this.#lags.cluster.changed();
  }

  /** Sends a request, and learns delays from the state in its answer. */
  async reading(call: Call, next: Next): Promise<Answered> {
    const startedAt = performance.now();
    const answer = await next(call);
    const part = call.operation === null ? undefined : operationRow(call.operation).reads;
    // HEAD and OPTIONS show no state.
    const shows = call.request.method === 'GET' && answer.status === 200;
    if (part !== undefined && shows && this.#lags[part].saw(answer.body, startedAt)) this.#hasChanged = true;
    return answer;
  }

  /** Waits for the lagging node if the last read showed the state before the last change. @returns whether it waited */
  async restIfWentBack(part: Part): Promise<boolean> {
    const afterMs = this.#lags[part].takeWentBack();
    if (afterMs === undefined) return false;
    await this.rest(part, 1.5 * afterMs + 100);
    return true;
  }

  async until<T>(
    part: Part,
    get: () => Promise<T>,
    done: (value: T) => boolean,
    {
      mostMs = Number.POSITIVE_INFINITY,
      firstPauseMs = 10,
      mostMisses,
      isFelt,
      looks = 1,
      of = 'other',
    }: SettleOptions = {},
  ): Promise<T> {
    const startedAt = steadyNow();
    const lag = this.#lags[part];
    const givenMs = Math.min(mostMs, this.#givenMs(part, of));
    let consecutive = 0;
    let misses = 0;
    let cameMs = 0;
    for (let waitedMs = 0, pauseMs = firstPauseMs; ; ) {
      const value = await get();
      consecutive = done(value) ? consecutive + 1 : 0;
      if (consecutive === 0) misses += 1;
      if (consecutive === 1) cameMs = waitedMs;
      const { value: slowestMs = 0 } = this.#seenOf(part).felt;
      const restMs = lag.restMs(isFelt && slowestMs >= lateMs ? slowestMs : 0, startedAt);
      const patience = { looks: Math.max(looks, this.#looks), givenMs, mostMs, mostMisses };
      const next = nextLook({ consecutive, misses, waitedMs, pauseMs, restMs }, patience);
      if (next === 'done') this.#hasSettled();
      if (typeof next === 'string') {
        if (waitedMs > 0) this.recorder.waited(waitedMs, 'read-back');
        this.#learn(part, of, consecutive > 0, cameMs);
        return value;
      }
      await sleep(next, 'read-back');
      if (consecutive === 0) pauseMs = nextPauseMs(pauseMs, firstPauseMs, mostMisses);
      waitedMs = steadyNow() - startedAt;
    }
  }

  /** Waits for the usual delay after the last change of a part, with a margin, so that reads show it. */
  async felt(part: Part): Promise<void> {
    const { felt, shownAfter } = this.#seenOf(part);
    const ms = felt.value ?? Math.min(shownAfter.value ?? 0, mostOfOthersMs);
    await this.#sleep(this.#lags[part].restMs(ms));
  }

  /** Waits until `ms` after the last change of a part, so that a delay seen later belongs to the next change. */
  async rest(part: Part, ms: number): Promise<void> {
    await this.#sleep(ms - this.#lags[part].sinceChangeMs);
  }

  #sleep(ms: number): Promise<void> {
    return sleep(ms, 'read-back', (passedMs, of) => this.recorder.waited(passedMs, of));
  }

  /** Call this once enough reads showed the awaited state. Reads without a change before them prove nothing. */
  #hasSettled(): void {
    if (this.#hasChanged) this.#settled += 1;
    // Until a read shows the change, nodes may agree on the old state.
    if (this.#hasChanged || this.#settledSinceWrite > 0) this.#settledSinceWrite += 1;
    this.#hasChanged = false;
  }

  /** Three reads must show a change if nodes disagree; two until several changes showed that they agree. */
  get #looks(): number {
    if (Object.values(this.#lags).some(({ apart }) => apart.value !== undefined)) return 3;
    return Math.max(this.#settled, this.#settledSinceWrite) < enough ? 2 : 1;
  }

  #missed(part: Part, of: Effect): Belief<number> {
    return this.model.number(`changes of ${part} that never came about: ${of}`);
  }

  #givenMs(part: Part, of: Effect): number {
    const misses = this.#missed(part, of).value ?? 0;
    const slowestMs = this.#seenOf(part).felt.value ?? 0;
    const { requirement, scope } = this.recorder;
    // Outside of tests the suite checks accounts or restores the state. There, repeated misses shorten no wait.
    if (requirement === '') return changeGivenMs(Math.min(misses, 1), 0, slowestMs);
    return changeGivenMs(misses, this.#missesIn.get(scope) ?? 0, slowestMs);
  }

  /** @param cameMs when a read first showed the state; the time after that was a wait for other nodes */
  #learn(part: Part, of: Effect, isDone: boolean, cameMs: number): void {
    if (!isDone) {
      const { scope } = this.recorder;
      const inTest = (this.#missesIn.get(scope) ?? 0) + 1;
      this.#missesIn.set(scope, inTest);
      const missed = this.#missed(part, of);
      if (!missed.value || inTest === 1) missed.learn(Math.min((missed.value ?? 0) + 1, mostMissed));
    } else if (cameMs > 0) {
      for (const each of cameMs >= lateMs ? effects : [])
        if (this.#missed(part, each).value) this.#missed(part, each).learn(0);
      const { felt } = this.#lags[part];
      felt.learn(Math.max(felt.value ?? 0, cameMs));
    }
  }
}
