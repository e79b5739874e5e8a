import fc from 'fast-check';
import type { BodyKind } from './arbitraries.js';

export interface Search {
  /** The same seed tries the same bodies. */
  readonly seed: number;
  /** At most so many bodies are tried; of more kinds, the seed chooses. */
  readonly most: number;
  /** At most so many more to find a simpler body that fails as well. */
  readonly shrinks: number;
}

/** The simplest body found that breaks what was demanded. */
export interface Counterexample<Breach> {
  readonly body: unknown;
  /** Which kind of body it is. */
  readonly what: string;
  readonly breach: Breach;
  /** How often a simpler one was found. */
  readonly shrinks: number;
}

/**
 * Tries one body of each kind until one breaks what is demanded, then looks for a simpler one.
 *
 * @param breachOf what is wrong about the answer to a body; undefined where nothing is. What it throws ends the
 * search, and is thrown.
 */
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
