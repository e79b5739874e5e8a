import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../../src/base/shape.js';
import type { Judgement } from './judged.js';
import type { Mutant } from './mutants.js';
import type { Notice } from './notice.js';

const isResult = objectOf({
  seed: shapes.number,
  all: shapes.number,
  drawn: shapes.number,
  noticed: shapes.mapOf(shapes.number),
  judged: shapes.mapOf(shapes.number),
});
type MutationResult = Shaped<typeof isResult>;

const resultFile = join('selftest', 'mutation', 'result.json');

interface Found {
  readonly seed: number;
  readonly all: number;
  readonly drawn: readonly Mutant[];
  readonly noticed: ReadonlyMap<Mutant, Notice>;
  readonly judgements: ReadonlyMap<Mutant, Judgement>;
}

/** @throws if no result has been recorded by `npm run mutate -- --record` */
export function readResult(): MutationResult {
  const result = jsonOf(readFileSync(join(packageRoot(), resultFile), 'utf8'), isResult);
  if (result === undefined) throw new Error(`${resultFile} is no result of npm run mutate -- --record.`);
  return result;
}

export function resultInWords({ seed, all, drawn, noticed, judged }: MutationResult): string {
  const sum = (counts: object) =>
    Object.values(counts).reduce((total: number, count) => total + Number(count), 0);
  const [seen, settled] = [sum(noticed), sum(noticed) + sum(judged)];
  const how = Object.entries(judged).map(([kind, count]) => `${count} ${kind}`);
  return (
    `${settled} of ${drawn} drawn of ${all} (seed ${seed}) are noticed (${seen}) or judged (${how.join(', ')}): ` +
    `${((100 * settled) / drawn).toFixed(1)} %`
  );
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
