import { describe, expect, test } from 'vitest';
import type { Reach } from './coverage.js';
import { batchesOf, select } from './selection.js';

const reach: Reach = new Map([
  ['put', new Set(['config/put', 'config/round-trip', 'access/all'])],
  ['get', new Set(['config/get', 'config/round-trip', 'access/all'])],
  ['login', new Set(['login/right', 'login/wrong', 'access/all'])],
  ['start', new Set<string>()],
]);
const mutants = (...ids: string[]) => ids.map((id) => ({ id }));
const durations = new Map([['login/wrong', 5000]]);

describe('select', () => {
  test('reaches each mutant the given number of times', () => {
    const chosen = new Set(select(mutants('put', 'get', 'login'), reach, durations, 2));

    for (const id of ['put', 'get', 'login'])
      expect([...(reach.get(id) ?? [])].filter((each) => chosen.has(each)).length).toBeGreaterThanOrEqual(2);
  });

  test('prefers specific and quick requirements', () => {
    expect(select(mutants('login'), reach, durations, 1)).toEqual(['login/right']);
    expect(select(mutants('login'), reach, durations, 2)).toEqual(['access/all', 'login/right']);
  });

  test('prefers one that serves several mutants', () => {
    expect(select(mutants('put', 'get'), reach, new Map(), 1)).toHaveLength(1);
  });

  test('chooses all requirements if too few, and none for unreached mutants', () => {
    const all = ['access/all', 'config/put', 'config/round-trip'];
    expect(select(mutants('put'), reach, durations, 9)).toEqual(all);
    expect(select(mutants('start', 'unknown'), reach, durations, 2)).toEqual([]);
  });
});

test('each mutant is in one batch, with its neighbours', () => {
  const all = mutants('put', 'get', 'login', 'start');
  const batches = batchesOf(all, reach, durations, { size: 2, times: 1 });

  expect(batches.map((batch) => batch.mutants)).toEqual([all.slice(0, 2), all.slice(2)]);
  expect(batches[1]?.requirements).toEqual(['login/right']);
});
