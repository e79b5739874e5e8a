import fc from 'fast-check';
import type { BodyKind } from './arbitraries.js';

export interface Search {
  readonly seed: number;
  /** The most kinds of bodies to try, one body each. If there are more, the seed chooses. */
  readonly most: number;
  readonly shrinks: number;
}

export interface Counterexample<Breach> {
  readonly body: unknown;
  readonly what: string;
  readonly breach: Breach;
  readonly shrinks: number;
}

/** Tries one body of each kind until one fails, then searches for a simpler one. */
export async function findCounterexample<Breach>(
  kinds: readonly BodyKind[],
  { seed, most, shrinks }: Search,
  breachOf: (body: unknown) => Promise<Breach | undefined>,
): Promise<Counterexample<Breach> | undefined> {
  for (const [index, { what, bodies }] of chosen(kinds, most, seed).entries()) {
    let tried = 0;
    const breaches = new Map<unknown, Breach>();
    let failure: { readonly error: unknown } | undefined;
    const property = fc.asyncProperty(bodies, async (body) => {
      tried += 1;
      if (failure !== undefined || tried > shrinks + 1) return true;
      try {
        const breach = await breachOf(body);
        if (breach !== undefined) breaches.set(body, breach);
        return breach === undefined;
      } catch (error) {
        failure = { error };
        return true;
      }
    });
    const run = await fc.check(property, { seed: (seed + index) | 0, numRuns: 1 });
    if (failure !== undefined) throw failure.error;
    if (run.counterexample !== null) {
      const [body] = run.counterexample;
      const breach = breaches.get(body);
      if (breach !== undefined) return { body, what, breach, shrinks: run.numShrinks };
    }
  }
  return undefined;
}

function chosen(kinds: readonly BodyKind[], most: number, seed: number): readonly BodyKind[] {
  if (kinds.length <= most) return kinds;
  const some = fc.shuffledSubarray([...kinds.keys()], { minLength: most, maxLength: most });
  const [indices = []] = fc.sample(some, { seed: seed | 0, numRuns: 1 });
  return indices.flatMap((index) => kinds[index] ?? []);
}
