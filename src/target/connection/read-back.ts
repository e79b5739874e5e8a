import { steadyNow } from '../../base/steady-now.js';
import { changeGivenMs, nextLook, nextPauseMs } from '../beliefs/policies.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';
import { sleep } from '../sleep.js';
import type { Nodes } from './nodes.js';
import type { Recorder } from './recorder.js';

/** What takes as long as a slow answer says nothing of a target that shows its changes late. */
const lateMs = 500;
/** What others saw may be the lag of something else that changed later: more of it is not taken on trust. */
const mostOfOthersMs = 1_000;

/** What is waited for: that one of them did not come says nothing of the others. */
const awaited = ['cluster', 'support', 'unchanged', 'other'] as const;
type Awaited = (typeof awaited)[number];

export interface SettleOptions {
  readonly of?: Awaited;
  readonly mostMs?: number;
  /** Longer where each try costs something: a session, or an attempt that counts. */
  readonly firstPauseMs?: number;
  /** Where what doesn't satisfy costs more than time, no more of those, each pause longer than the last. */
  readonly mostMisses?: number;
  /** It shows what the target acts by, perhaps late: it tells something once the last change is felt. */
  readonly isFelt?: true;
  /** How many consecutive reads must show the change: one node may be ahead of the others. */
  readonly looks?: number;
}

/** Waits for what a change brings about, as long as this target was seen to take for it, and more. */
export class ReadBack {
  readonly #felt: Belief<number>;
  #missesInTest = 0;
  #test = '';

  constructor(
    private readonly recorder: Pick<Recorder, 'waited' | 'requirement'>,
    private readonly nodes?: Nodes,
    private readonly model = new TargetModel(),
  ) {
    this.#felt = model.number('changes are felt after');
  }

  /** What changes were seen to take until they came about; 0 while none took long. */
  get #slowestMs(): number {
    return this.#felt.value ?? 0;
  }

  #missed(of: Awaited): Belief<boolean> {
    return this.model.flag(`a change never came about: ${of}`);
  }

  /** The last value got, whether or not it satisfies `done`: the caller judges it. */
  async until<T>(
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
    const givenMs = Math.min(mostMs, this.#givenMs(of));
    let consecutive = 0;
    let misses = 0;
    let cameMs = 0;
    for (let waitedMs = 0, pauseMs = firstPauseMs; ; ) {
      const value = await get();
      consecutive = done(value) ? consecutive + 1 : 0;
      if (consecutive === 0) misses += 1;
      if (consecutive === 1) cameMs = waitedMs;
      const feltMs = isFelt && this.#slowestMs >= lateMs ? this.#slowestMs : 0;
      const restMs = this.nodes?.restMs(feltMs, startedAt) ?? 0;
      const patience = { looks: Math.max(looks, this.nodes?.looks ?? 1), givenMs, mostMs, mostMisses };
      const next = nextLook({ consecutive, misses, waitedMs, pauseMs, restMs }, patience);
      if (next === 'done') this.nodes?.settled();
      if (typeof next === 'string') {
        if (waitedMs > 0) this.recorder.waited(waitedMs, 'read-back');
        this.#learn(of, consecutive > 0, cameMs);
        return value;
      }
      await sleep(next, 'read-back');
      if (consecutive === 0) pauseMs = nextPauseMs(pauseMs, firstPauseMs, mostMisses);
      waitedMs = steadyNow() - startedAt;
    }
  }

  /** Lets pass what changes were seen to take, and more, since the last one: what is read then shows all of them. */
  async felt(): Promise<void> {
    const { value: seenMs = 0 } = this.model.number('changes show after');
    const slowestMs = this.#slowestMs > 0 ? this.#slowestMs : Math.min(seenMs, mostOfOthersMs);
    await this.#sleep(this.nodes?.restMs(slowestMs) ?? 0);
  }

  /** Lets pass what is left of so long a time since the last change: what comes late then is of the next one. */
  async rest(ms: number): Promise<void> {
    await this.#sleep(ms - (this.nodes?.sinceWriteMs ?? Number.POSITIVE_INFINITY));
  }

  #sleep(ms: number): Promise<void> {
    return sleep(ms, 'read-back', (passedMs, of) => this.recorder.waited(passedMs, of));
  }

  #givenMs(of: Awaited): number {
    // Outside of tests, where accounts are tried or the state is restored, nothing is decided by misses.
    const isInTest = this.#test !== '' && this.#test === this.recorder.requirement;
    return changeGivenMs(this.#missed(of).value === true, isInTest ? this.#missesInTest : 0, this.#slowestMs);
  }

  /** @param cameMs after how long it was there: what was waited for other nodes says nothing of the next change */
  #learn(of: Awaited, isDone: boolean, cameMs: number): void {
    if (!isDone) {
      this.#missesInTest = this.#test === this.recorder.requirement ? this.#missesInTest + 1 : 1;
      this.#test = this.recorder.requirement;
      this.#missed(of).learn(true);
    } else if (cameMs > 0) {
      for (const each of cameMs >= lateMs ? awaited : [])
        if (this.#missed(each).value) this.#missed(each).learn(false);
      this.#felt.learn(Math.max(this.#slowestMs, cameMs));
    }
  }
}
