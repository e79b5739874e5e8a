/** Processor time in milliseconds, which does not include other work of the machine. */
function cpuMs(act: () => void): number {
  const before = process.cpuUsage();
  act();
  return process.cpuUsage(before).user / 1000;
}

const leastOf = (times: number, act: () => void): number =>
  Math.min(...Array.from({ length: times }, () => cpuMs(act)));

/** Shorter times are mostly noise. */
const leastMs = 4;

/** How many times longer the large work takes: the ratio of sizes if linear, its square if quadratic. */
export function growth(small: () => void, large: () => void, bound: number): number {
  const first = cpuMs(large);
  if (first / leastMs < bound) return first / leastMs;
  // The first run warms up the compiler.
  small();
  return Math.min(first, leastOf(2, large)) / Math.max(leastMs, leastOf(3, small));
}
