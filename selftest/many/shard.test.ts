import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shardOf, splitOver } from '../../src/reports/many/shard.js';

describe('--shard', () => {
  test.each(['1/1', '2/4', '12/12'])('takes %s', (text) => {
    const [index, count] = text.split('/').map(Number);

    expect(shardOf(text)).toEqual({ index, count });
  });

  test.each(['', '1', '0/4', '5/4', '1/0', '-1/4', '1.5/4', 'a/b', '1/4/2', '1/100000000', ' 1/4'])(
    'refuses %j',
    (text) => {
      expect(() => shardOf(text)).toThrow('counted from 1');
    },
  );
});

describe('the targets of a shard', () => {
  test('are dealt out over the sorted names', () => {
    const split = splitOver(
      ['e', 'a', 'd', 'c', 'b'].map((name) => ({ name, baseUrl: name })),
      2,
    );

    expect(Object.fromEntries(split)).toEqual({ a: 1, b: 2, c: 1, d: 2, e: 1 });
  });

  const targets = fc.uniqueArray(
    fc.record({ name: fc.string({ minLength: 1 }), baseUrl: fc.constantFrom(...'pqrstu') }),
    { selector: ({ name }) => name, maxLength: 30 },
  );

  test('are each in one shard, one base URL on one machine, for any order', () => {
    fc.assert(
      fc.property(targets, fc.integer({ min: 1, max: 8 }), (all, count) => {
        const split = splitOver(all, count);
        const mirrored = splitOver([...all].reverse(), count);

        expect([...split.keys()].sort()).toEqual(all.map(({ name }) => name).sort());
        expect(Object.fromEntries(mirrored)).toEqual(Object.fromEntries(split));
        for (const { name, baseUrl } of all) {
          const alike = all.filter((other) => other.baseUrl === baseUrl);
          expect(new Set(alike.map((other) => split.get(other.name)))).toEqual(new Set([split.get(name)]));
          expect(split.get(name)).toBeGreaterThanOrEqual(1);
          expect(split.get(name)).toBeLessThanOrEqual(count);
        }
      }),
      { seed: 1 },
    );
  });

  test('differ by one at most between machines', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 9 }), (total, count) => {
        const all = Array.from({ length: total }, (_, n) => ({ name: `t${n}`, baseUrl: `u${n}` }));
        const sizes = Array.from({ length: count }, () => 0);
        for (const shard of splitOver(all, count).values()) sizes[shard - 1] = (sizes[shard - 1] ?? 0) + 1;

        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
      { seed: 1 },
    );
  });
});
