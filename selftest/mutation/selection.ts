import type { Reach } from './coverage.js';

export interface Batch<T> {
  readonly mutants: readonly T[];
  readonly requirements: readonly string[];
}

interface Limits {
  readonly size: number;
  readonly times: number;
}

type Durations = ReadonlyMap<string, number>;
type Mutants = readonly { readonly id: string }[];

/** Groups of mutants that are neighbours in the code, each with a few requirements that reach them. */
export function batchesOf<T extends { readonly id: string }>(
  mutants: readonly T[],
  reach: Reach,
  durations: Durations,
  { size, times }: Limits,
): Batch<T>[] {
  return Array.from({ length: Math.ceil(mutants.length / size) }, (_, at) => {
    const batch = mutants.slice(at * size, (at + 1) * size);
    return { mutants: batch, requirements: select(batch, reach, durations, times) };
  });
}

/** Repeatedly takes the requirement that costs least per mutant still to be reached; specific ones first. */
export function select(mutants: Mutants, reach: Reach, durations: Durations, times: number): string[] {
  const broad = new Map<string, number>();
  for (const requirements of reach.values())
    for (const id of requirements) broad.set(id, (broad.get(id) ?? 0) + 1);
  const missing = new Map(mutants.map((mutant) => [mutant, times]));
  const chosen: string[] = [];
  const open = new Set(mutants.flatMap((mutant) => [...reachedBy(mutant, reach)]));
  for (;;) {
    let best: { id: string; worth: number } | undefined;
    for (const id of open) {
      const served = mutants.filter((each) => (missing.get(each) ?? 0) > 0 && reachedBy(each, reach).has(id));
      const cost = (startMs + (durations.get(id) ?? 0)) * Math.sqrt(broad.get(id) ?? 1);
      const worth = served.length / cost;
      if (served.length > 0 && (best === undefined || worth > best.worth)) best = { id, worth };
    }
    if (best === undefined) return chosen.sort();
    const { id } = best;
    open.delete(id);
    chosen.push(id);
    for (const [mutant, times] of missing)
      if (reachedBy(mutant, reach).has(id)) missing.set(mutant, times - 1);
  }
}

const startMs = 20;

const none: ReadonlySet<string> = new Set();

function reachedBy({ id }: { readonly id: string }, reach: Reach): ReadonlySet<string> {
  return reach.get(id) ?? none;
}
