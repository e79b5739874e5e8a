import type { Target } from '../../input/target-file/target.js';

/** Splits targets into consecutive waves. In a wave, no two targets share a base URL or a mail port. */
export function wavesOf<T extends { readonly target: Target }>(runs: readonly T[]): T[][] {
  const waves: T[][] = [];
  for (const each of runs) {
    const wave = waves.find((others) => others.every((other) => !collide(each.target, other.target)));
    if (wave === undefined) waves.push([each]);
    else wave.push(each);
  }
  return waves;
}

const collide = (a: Target, b: Target): boolean => a.baseUrl === b.baseUrl || listenAlike(a, b);

function listenAlike({ mail: a }: Target, { mail: b }: Target): boolean {
  if (a?.kind !== 'smtp' || b?.kind !== 'smtp' || a.port !== b.port || a.port === 0) return false;
  return a.host === b.host || isEveryAddress(a.host) || isEveryAddress(b.host);
}

const isEveryAddress = (host: string): boolean => host === '0.0.0.0' || host === '::' || host === '';
