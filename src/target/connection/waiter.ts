import type { Wait } from '../../base/model/verdict.js';
import type { TargetClock } from '../../wire/clock/clock.js';
import { sleep } from '../sleep.js';
import type { Recorder } from './recorder.js';

export type Waiter = Pick<ClockWaiter, 'letPass'>;

export class ClockWaiter {
  constructor(
    private readonly clock: TargetClock,
    private readonly recorder: Recorder,
    private readonly mayMove = true,
  ) {}

  /** Whether waits cost no time, because the suite moves the target's clock. */
  get movesClock(): boolean {
    return this.clock.canMove && this.mayMove;
  }

  /** Lets the target's clock advance by `ms`: moves the clock if possible, otherwise waits. */
  async letPass(ms: number, reason: Wait['for']): Promise<void> {
    if (reason === 'ageing') this.recorder.scope.demand({ clock: true });
    return this.movesClock ? this.clock.advance(ms) : this.wait(ms, reason);
  }

  /** Waits in real time, even if the suite can move the target's clock: a gateway has its own clock. */
  async wait(ms: number, reason: Wait['for']): Promise<void> {
    const ended = this.recorder.waiting(ms, reason);
    await sleep(ms, reason);
    ended(ms);
  }
}
