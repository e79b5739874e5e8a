import { describe, expect, test } from 'vitest';
import { freedomOf } from '../../emulator/variants/freedoms.js';
import { freedomRows, freedoms, mayMeet } from './freedoms.js';
import { allPairs, type Factor, pairsIn } from './pairwise.js';

function missingPairs(
  factors: readonly Factor[],
  rows: readonly (readonly string[])[],
  may: (one: string, other: string) => boolean,
): string[] {
  const together = new Set(rows.flatMap((row) => row.flatMap((one) => row.map((two) => `${one}|${two}`))));
  return factors.flatMap(({ settings }, index) =>
    settings.flatMap((one) =>
      factors
        .slice(index + 1)
        .flatMap((factor) => factor.settings)
        .filter((other) => may(one, other) && !together.has(`${one}|${other}`))
        .map((other) => `${one} and ${other}`),
    ),
  );
}

const made = (...sizes: number[]): Factor[] =>
  sizes.map((size, factor) => ({
    name: `f${factor}`,
    settings: Array.from({ length: size }, (_, index) => `f${factor}=${index}`),
  }));

describe('a covering array', () => {
  test.each([[made(3, 3, 3, 3)], [made(1, 5, 2, 4, 1, 3)], [made(2)], [[]]])(
    'holds every pair of settings: %#',
    (factors) => {
      const rows = allPairs(factors, () => true);

      expect(missingPairs(factors, rows, () => true)).toEqual([]);
      expect(pairsIn(rows)).toBe(
        factors.reduce(
          (sum, { settings }, index) =>
            sum +
            settings.length * factors.slice(index + 1).reduce((all, each) => all + each.settings.length, 0),
          0,
        ),
      );
    },
  );

  test('is far smaller than all combinations', () => {
    const rows = allPairs(made(...Array.from({ length: 20 }, () => 3)), () => true);

    expect(rows.length).toBeGreaterThanOrEqual(9);
    expect(rows.length).toBeLessThan(25);
  });

  test('has one setting of each factor in a row, and no pair that may not meet', () => {
    const factors = made(3, 3, 3);
    const may = (one: string, other: string) => !(one === 'f0=1' && other === 'f2=2');
    const rows = allPairs(factors, may);

    for (const row of rows) {
      expect(new Set(row.map((setting) => setting.split('=')[0])).size).toBe(row.length);
      expect(row.includes('f0=1') && row.includes('f2=2')).toBe(false);
    }
    expect(missingPairs(factors, rows, may)).toEqual([]);
  });

  test('is the same for equal factors', () => {
    expect(allPairs(made(4, 3, 2, 5), () => true)).toEqual(allPairs(made(4, 3, 2, 5), () => true));
  });
});

describe('the freedoms', () => {
  const factors = freedoms();

  test('are settings that the emulator knows', () => {
    const settings = factors.flatMap((factor) => factor.settings);

    expect(settings.filter((setting) => freedomOf(setting) === undefined)).toEqual([]);
    expect(new Set(settings).size).toBe(settings.length);
  });

  test('exclude settings that it does not know', () => {
    const wrong = ['absent:Nobody.enabled', 'refusal:any.KForbidden=500', 'delay:rain=400', 'form:a.b', 'x'];

    expect(wrong.filter((setting) => freedomOf(setting) !== undefined)).toEqual([]);
  });

  test('meet each other, unless a pair leaves nothing to use', () => {
    expect(missingPairs(factors, freedomRows(), mayMeet)).toEqual([]);
    expect(mayMeet('absent:Error.errorCode', 'null:Error.message')).toBe(false);
  });
});
