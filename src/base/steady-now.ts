/** Returns epoch milliseconds by a monotonic clock: someone may set the runner's clock during a run. */
export const steadyNow = (): number => Math.round(performance.timeOrigin + performance.now());
