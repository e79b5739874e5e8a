import { ConfigurationError } from '../../base/errors.js';

/** The share of the targets that one machine takes: the `index`th of `count`, from 1 on. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const wholeRun: Shard = { index: 1, count: 1 };

const mostShards = 10_000;

/** @throws ConfigurationError unless the text is `i/n` with 1 <= i <= n */
export function shardOf(text: string): Shard {
  const [, first = '', second = ''] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  const [index, count] = [Number(first), Number(second)];
  if (first !== '' && index >= 1 && index <= count && count <= mostShards) return { index, count };
  throw new ConfigurationError('Wanted i/n: the i-th of n machines, counted from 1, such as 2/4.');
}

interface Splittable {
  readonly name: string;
  readonly baseUrl: string;
}

/**
 * Which shard takes which target, by name. The same on every machine, whatever the order that the files were named
 * in. Target files with one base URL are one target, and go to one shard.
 */
export function splitOver(targets: readonly Splittable[], count: number): Map<string, number> {
  const sorted = [...targets].sort((a, b) => (a.name < b.name ? -1 : 1));
  const shards = new Map<string, number>();
  for (const { baseUrl } of sorted) {
    if (!shards.has(baseUrl)) shards.set(baseUrl, (shards.size % count) + 1);
  }
  return new Map(sorted.map(({ name, baseUrl }) => [name, shards.get(baseUrl) ?? 1]));
}
