import { ConfigurationError } from '../../base/errors.js';
import type { Target } from '../../input/target-file/target.js';

/** One machine's share of the targets: the `index`th of `count`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const wholeRun: Shard = { index: 1, count: 1 };

const mostShards = 10_000;

export function shardOf(text: string): Shard {
  const [, first = '', second = ''] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  const [index, count] = [Number(first), Number(second)];
  if (first !== '' && index >= 1 && index <= count && count <= mostShards) return { index, count };
  throw new ConfigurationError('Expected i/n: the i-th of n machines, counted from 1, such as 2/4.');
}

/** Assigns target names to shards, alike on every machine. Targets with the same base URL share a shard. */
export function splitOver(targets: readonly Pick<Target, 'name' | 'baseUrl'>[], count: number) {
  const sorted = [...targets].sort((a, b) => (a.name < b.name ? -1 : 1));
  const shards = new Map<string, number>();
  for (const { baseUrl } of sorted) {
    if (!shards.has(baseUrl)) shards.set(baseUrl, (shards.size % count) + 1);
  }
  return new Map(sorted.map(({ name, baseUrl }) => [name, shards.get(baseUrl) ?? 1]));
}
