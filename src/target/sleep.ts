import { setTimeout as timer } from 'node:timers/promises';
import type { Wait } from '../base/model/verdict.js';

/** The reasons for waits. `lease` and `landing` (writes that may still take effect) occur outside of tests only. */
type Kind = Wait['for'] | 'lease' | 'landing';

/** All code that talks to a target waits here, in real time. @param told gets the milliseconds waited */
export async function sleep<K extends Kind>(ms: number, of: K, told?: (ms: number, of: K) => void) {
  if (ms <= 0) return;
  await timer(ms);
  told?.(Math.ceil(ms), of);
}

export function alarm(ms: number, ring: () => void): () => void {
  const set = setTimeout(ring, ms);
  return () => clearTimeout(set);
}

/** Waits until a promise settles, for `ms` at most. The wait doesn't keep the process alive. */
export async function atMost(ms: number, came: Promise<unknown>): Promise<void> {
  await Promise.race([came, timer(ms, undefined, { ref: false })]);
}
