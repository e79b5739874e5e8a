import { setTimeout as timer } from 'node:timers/promises';
import type { Wait } from '../base/model/verdict.js';

/** What is waited for: outside of tests also the lease, and writes that may still land. */
type Kind = Wait['for'] | 'lease' | 'landing';

/**
 * The only place of the suite's way to a target that sleeps.
 *
 * @param of the wait that this is, or is a part of
 * @param told of a sleep that nobody could foretell, in whole milliseconds
 */
export async function sleep<K extends Kind>(ms: number, of: K, told?: (ms: number, of: K) => void) {
  if (ms <= 0) return;
  await timer(ms);
  told?.(Math.ceil(ms), of);
}

/** Rings once, after so long. @returns what keeps it from that */
export function alarm(ms: number, ring: () => void): () => void {
  const set = setTimeout(ring, ms);
  return () => clearTimeout(set);
}

/** Waits until something has come, for so long at most; keeps no process alive. */
export async function atMost(ms: number, came: Promise<unknown>): Promise<void> {
  await Promise.race([came, timer(ms, undefined, { ref: false })]);
}
