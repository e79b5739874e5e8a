/**
 * The time of day by a clock that nobody sets: epoch milliseconds as this process began by, and what has passed since.
 * By it a run measures, so that a runner's clock that is set in the middle costs neither waits nor codes.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
