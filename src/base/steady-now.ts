/**
 * The time in epoch milliseconds, by a monotonic clock. It keeps waits and codes right if someone sets the runner's
 * clock during a run.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
