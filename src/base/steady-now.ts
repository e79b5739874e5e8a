/** Returns epoch milliseconds by a monotonic clock: someone may set the runner's clock during a run. */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
