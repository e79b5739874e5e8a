/** The least processor time of three runs, in milliseconds, which excludes other work of the machine. */
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
 * How many times longer the large work takes than the small one: about the ratio of sizes for linear work,
 * and its square for quadratic work. Quick and slow machines give similar results.
 */
export function growth(small: () => void, large: () => void): number {
  // The first run warms up the compiler.
  small();
  return leastCpuMs(large) / Math.max(leastMs, leastCpuMs(small));
}
