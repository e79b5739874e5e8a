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

  /** Whether waiting costs no time. */
  get movesClock(): boolean {
    return this.clock.canMove && this.mayMove;
  }

  /** Lets the target's clock advance by `ms`: moves the clock if possible, otherwise waits. */
  async letPass(ms: number, reason: Wait['for']): Promise<void> {
    if (reason === 'ageing') this.recorder.scope.demand({ clock: true });
    return this.movesClock ? this.clock.advance(ms) : this.wait(ms, reason);
  }

  /** Waits in real time, even if the target's clock can be moved: a gateway has a clock of its own. */
  async wait(ms: number, reason: Wait['for']): Promise<void> {
    const ended = this.recorder.waiting(ms, reason);
    await sleep(ms, reason);
    ended(ms);
  }
}
