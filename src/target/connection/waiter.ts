import type { Wait } from '../../base/model/verdict.js';
import type { TargetClock } from '../../wire/clock/clock.js';
import { sleep } from '../sleep.js';
import type { Recorder } from './recorder.js';

export type Waiter = Pick<ClockWaiter, 'letPass'>;

/** The longest waits that an answer may ask for. A longer one is a misunderstanding, or not worth it. */
const longest = { real: 120_000, patient: 900_000, byClock: 24 * 3_600_000 };
/** During the restore, the suite tells the user about longer waits in real time. */
const toldMs = 5_000;

export class ClockWaiter {
  /** Set during the restore, which waits longer than tests because nothing after it would restore the state. */
  tellWait: ((what: string, ms: number) => void) | undefined;

  constructor(
    private readonly clock: TargetClock,
    private readonly recorder: Recorder,
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
}
