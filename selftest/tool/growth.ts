/** Processor time of this process, in milliseconds, the least of three: what else the machine does is left out. */
function leastCpuMs(act: () => void): number {
  const once = () => {
    const before = process.cpuUsage();
    act();
    return process.cpuUsage(before).user / 1000;
  };
  return Math.min(once(), once(), once());
}

/** Less than this is mostly noise, whatever the machine. */
const leastMs = 4;

/**
 * How many times longer the large piece of work takes than the small one: as the work itself, where time grows with it,
 * and as its square where each part is compared with all others. Quick and slow machines say much the same.
 */
export function growth(small: () => void, large: () => void): number {
  // What the machine learns of the code while it runs belongs to neither.
  small();
  return leastCpuMs(large) / Math.max(leastMs, leastCpuMs(small));
}
