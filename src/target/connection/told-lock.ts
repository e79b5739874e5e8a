import type { Recorder } from './recorder.js';
import type { SupportParts } from './support-state.js';

/** The longest locks that the suite waits for in real time. Nothing after the restore would restore the state. */
const longestMinutes = { test: 5, restore: 15 };

/** Waits for the end of a lock of the support user, if limits.lockMinutes says how long locks last. */
export class ToldLock {
  /** False once the target refused a right code even after the longest lock. Then a lock is not the cause. */
  #isTheCause = true;

  constructor(
    private readonly parts: Pick<SupportParts, 'waiter'> & { recorder: Pick<Recorder, 'requirement'> },
    private readonly minutes: number | undefined,
  ) {}

  /** Sends a refused right code again after the lock. Returns undefined if the suite does not wait for the lock. */
  async outlasted<T>(send: () => Promise<T>, isTaken: (of: T) => boolean): Promise<T | undefined> {
    const { waiter, recorder } = this.parts;
    if (this.minutes === undefined || !this.#isTheCause) return undefined;
    const inTest = recorder.requirement === '' ? 0 : longestMinutes.test;
    const most = waiter.tellWait === undefined ? inTest : longestMinutes.restore;
    if (this.minutes > most && !waiter.movesClock) return undefined;
    await waiter.letPass(this.minutes * 60_000 + 1_000, 'lock');
    const came = await send();
    this.#isTheCause = isTaken(came);
    return came;
  }
}
