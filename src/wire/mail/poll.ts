import { setTimeout as sleep } from 'node:timers/promises';
import { steadyNow } from '../../base/steady-now.js';

/** Looks until it finds something, the deadline passes or the signal aborts. Later pauses are a second. */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  pauses: readonly number[],
  deadlineMs: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const startedAt = steadyNow();
  for (let at = 0; !signal.aborted; at += 1) {
    const found = await look();
    const leftMs = Math.max(0, startedAt + deadlineMs - steadyNow());
    if (found !== undefined || leftMs === 0) return found;
    await sleep(Math.min(pauses[at] ?? 1000, leftMs), undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** A signal that aborts with the first of these. */
export function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
