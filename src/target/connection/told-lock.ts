import type { SupportParts } from './support-state.js';

/** The longest lock that the suite waits for in real time, in a test. */
const longestMinutes = 5;

/**
 * Waits for the end of a lock of the support user, if `limits.lockMinutes` in the target file says how long locks last.
 */
export class ToldLock {
  /** False once the target refused a right code even after the longest lock. Then a lock is not the cause. */
  #isTheCause = true;

  constructor(
    private readonly parts: Pick<SupportParts, 'waiter' | 'recorder'>,
    private readonly minutes: number | undefined,
  ) {}

  /** Sends a refused right code again after the lock. Returns undefined if the suite does not wait for the lock. */
  async outlasted<T>(send: () => Promise<T>, isTaken: (of: T) => boolean): Promise<T | undefined> {
    const { waiter, recorder } = this.parts;
    if (this.minutes === undefined || !this.#isTheCause) return undefined;
    // A restore doesn't wait in real time, because after Ctrl-C it must end soon.
    const mayWait = recorder.requirement !== '' && this.minutes <= longestMinutes;
    if (!mayWait && !waiter.movesClock) return undefined;
    await waiter.letPass(this.minutes * 60_000 + 1_000, 'lock');
    const came = await send();
    this.#isTheCause = isTaken(came);
    return came;
  }
}
