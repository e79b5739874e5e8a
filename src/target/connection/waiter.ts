import type { Wait } from '../../base/model/verdict.js';
import type { TargetClock } from '../../wire/clock/clock.js';
import { sleep } from '../sleep.js';
import type { Recorder } from './recorder.js';

export type Waiter = Pick<ClockWaiter, 'letPass'>;

/** The longest waits that an answer may ask for. A longer one is a misunderstanding, or not worth it. */
const longest = { real: 120_000, patient: 900_000, byClock: 24 * 3_600_000 };
/** The longest locks that the suite waits for in real time. Nothing after the restore would restore the state. */
const longestLockMinutes = { test: 5, restore: 15 };
/** During the restore, the suite tells the user about longer waits in real time. */
const toldMs = 5_000;

export class ClockWaiter {
  /** Set during the restore, which waits longer than tests because nothing after it would restore the state. */
  tellWait: ((what: string, ms: number) => void) | undefined;
  /** False once the target refused the same even after the longest lock. Then a lock is not the cause. */
  #isLockTheCause = true;

  constructor(
    private readonly clock: Pick<TargetClock, 'canMove' | 'advance'>,
    private readonly recorder: Pick<Recorder, 'requirement' | 'scope' | 'waiting'>,
    private readonly mayMove = true,
    private readonly isPatient = false,
  ) {}

  /** Whether waits cost no time, because the suite moves the target's clock. */
  get movesClock(): boolean {
    return this.clock.canMove && this.mayMove;
  }

  longestMs(isReal: boolean): number {
    if (!isReal) return longest.byClock;
    return this.isPatient || this.tellWait !== undefined ? longest.patient : longest.real;
  }

  async letPass(ms: number, reason: Wait['for']): Promise<void> {
    if (reason === 'ageing') this.recorder.scope.demand({ clock: true });
    return this.movesClock ? this.clock.advance(ms) : this.wait(ms, reason);
  }

  /** Waits in real time, even if the suite can move the target's clock: a gateway has its own clock. */
  async wait(ms: number, reason: Wait['for']): Promise<void> {
    if (ms > toldMs) this.tellWait?.(`${Math.ceil(ms / 1000)} s that the target asks for (${reason})`, ms);
    const ended = this.recorder.waiting(ms, reason);
    await sleep(ms, reason);
    ended(ms);
  }

  /** Waits for a lock of the support user to end, then sends a refused request again. Undefined if it does not wait. */
  async outlastLock<T>(
    minutes: number | undefined,
    send: () => Promise<T>,
    isTaken: (of: T) => boolean,
  ): Promise<T | undefined> {
    if (minutes === undefined || !this.#isLockTheCause) return undefined;
    const inTest = this.recorder.requirement === '' ? 0 : longestLockMinutes.test;
    const most = this.tellWait === undefined ? inTest : longestLockMinutes.restore;
    if (minutes > most && !this.movesClock) return undefined;
    await this.letPass(minutes * 60_000 + 1_000, 'lock');
    const came = await send();
    this.#isLockTheCause = isTaken(came);
    return came;
  }
}
