/**
 * Returns the time in epoch milliseconds by a monotonic clock. Waits and codes stay right even if someone
 * sets the runner's clock during a run.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
