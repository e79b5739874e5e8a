import { setTimeout as timer } from 'node:timers/promises';
import type { Wait } from '../base/model/verdict.js';

/** Reasons for waits. Outside of tests also: for the lease, and for writes that may still take effect. */
type Kind = Wait['for'] | 'lease' | 'landing';

/**
 * The only place where the suite sleeps on its way to a target.
 *
 * @param of the reason of the wait
 * @param told called after the sleep with its length in whole milliseconds; absent if the caller reports the wait
 */
export async function sleep<K extends Kind>(ms: number, of: K, told?: (ms: number, of: K) => void) {
  if (ms <= 0) return;
  await timer(ms);
  told?.(Math.ceil(ms), of);
}

/** Calls `ring` once, after this time. @returns a function that cancels it */
export function alarm(ms: number, ring: () => void): () => void {
  const set = setTimeout(ring, ms);
  return () => clearTimeout(set);
}

/** Waits for a promise, but at most this long. The wait doesn't keep the process alive. */
export async function atMost(ms: number, came: Promise<unknown>): Promise<void> {
  await Promise.race([came, timer(ms, undefined, { ref: false })]);
}
