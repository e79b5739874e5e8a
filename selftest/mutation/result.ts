import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import type { Judgement, Kind } from './judged.js';
import type { Mutant } from './mutants.js';
import type { Notice, Way } from './notice.js';

/** What came of a sample of mutants. */
interface MutationResult {
  readonly seed: number;
  /** Mutants there are. */
  readonly all: number;
  /** Mutants drawn. */
  readonly drawn: number;
  readonly noticed: { readonly [W in Way]?: number };
  readonly judged: { readonly [K in Kind]?: number };
}

const resultFile = join('selftest', 'mutation', 'result.json');

interface Found {
  readonly seed: number;
  readonly all: number;
  readonly drawn: readonly Mutant[];
  readonly noticed: ReadonlyMap<Mutant, Notice>;
  readonly judgements: ReadonlyMap<Mutant, Judgement>;
}

export function writeResult({ seed, all, drawn, noticed, judgements }: Found): void {
  const result: MutationResult = {
    seed,
    all,
    drawn: drawn.length,
    noticed: counted([...noticed.values()].map(({ way }) => way)),
    judged: counted([...judgements.values()].map(({ is }) => is)),
  };
  writeFileSync(join(packageRoot(), resultFile), `${JSON.stringify(result, undefined, 2)}\n`);
}

function counted<T extends string>(names: readonly T[]): { [N in T]?: number } {
  const counts: { [N in T]?: number } = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
