import { steadyNow } from '../../base/steady-now.js';
import { changeGivenMs, nextLook, nextPauseMs } from '../beliefs/policies.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';
import { sleep } from '../sleep.js';
import type { Nodes } from './nodes.js';
import type { Recorder } from './recorder.js';

/** A shorter delay may be a slow answer instead of a late change. */
const lateMs = 500;
/** The most that delays of other changes add: they may belong to something else. */
const mostOfOthersMs = 1_000;

/** Kinds of awaited states: if one never shows, others still may. */
const awaited = ['cluster', 'support', 'unchanged', 'other'] as const;
type Awaited = (typeof awaited)[number];

export interface SettleOptions {
  readonly of?: Awaited;
  readonly mostMs?: number;
  /** Longer if each try costs something: a session, or an attempt that counts. */
  readonly firstPauseMs?: number;
  /** The most failed tries if they cost more than time; each pause is then longer than the last. */
  readonly mostMisses?: number;
  /** The result follows the target's behaviour, perhaps late, so only tries after the enforcement delay count. */
  readonly isFelt?: true;
  /** How many consecutive reads must show the change: one node may be ahead of the others. */
  readonly looks?: number;
}

/** Waits for the effects of changes, by the delays seen on this target and a margin. */
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

  /** The longest delay of an effect so far; 0 if none was late. */
  get #slowestMs(): number {
    return this.#felt.value ?? 0;
  }

  #missed(of: Awaited): Belief<boolean> {
    return this.model.flag(`a change never came about: ${of}`);
  }

  /** The last value, whether or not it satisfies `done`: the caller judges it. */
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

  /** Waits for the usual delay after the last change, with a margin, so that reads show all changes. */
  async felt(): Promise<void> {
    const { value: seenMs = 0 } = this.model.number('changes show after');
    const slowestMs = this.#slowestMs > 0 ? this.#slowestMs : Math.min(seenMs, mostOfOthersMs);
    await this.#sleep(this.nodes?.restMs(slowestMs) ?? 0);
  }

  /** Waits until this long after the last change, so that a later delay belongs to the next change. */
  async rest(ms: number): Promise<void> {
    await this.#sleep(ms - (this.nodes?.sinceWriteMs ?? Number.POSITIVE_INFINITY));
  }

  #sleep(ms: number): Promise<void> {
    return sleep(ms, 'read-back', (passedMs, of) => this.recorder.waited(passedMs, of));
  }

  #givenMs(of: Awaited): number {
    // Outside of tests, where accounts are checked or the state is restored, misses shorten no wait.
    const isInTest = this.#test !== '' && this.#test === this.recorder.requirement;
    return changeGivenMs(this.#missed(of).value === true, isInTest ? this.#missesInTest : 0, this.#slowestMs);
  }

  /** @param cameMs when the state first showed: further waits for other nodes don't count */
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
