import { expect, test } from 'vitest';
import type { Snapshot } from '../../src/reports/history/snapshot.js';
import { trendsOf } from '../../src/reports/history/trend.js';
import { renderTrend } from '../../src/reports/history/words.js';
import { snapshot } from './sample.js';

const kinds = ['pass', 'fail', 'waived', 'inconclusive', 'not run'] as const;

/** One run a night. In `ppfp`, each letter begins the outcome of a requirement in a night; a space means absent. */
function nights(
  of: Readonly<Record<string, string>>,
  change: (night: number) => Partial<Snapshot> = () => ({}),
): Snapshot[] {
  const count = Math.max(...Object.values(of).map((row) => row.length));
  return Array.from({ length: count }, (_, night) => {
    const outcomes = Object.fromEntries(
      Object.entries(of).flatMap(([id, row]) => {
        const kind = kinds.find(([letter]) => letter === row[night]);
        return kind === undefined ? [] : [[id, kind]];
      }),
    );
    return snapshot(outcomes, { startedAt: `2026-11-${10 + night}T02:00:00.000Z`, ...change(night) });
  });
}

const trendOf = (runs: readonly Snapshot[]) => trendsOf(runs, 14)[0];
const proseOf = (runs: readonly Snapshot[]) => trendsOf(runs, 14).map((trend) => renderTrend(trend, 100));

test.each([
  ['pppp', undefined],
  ['ppff', undefined],
  ['ffpp', undefined],
  ['ppfp', { failed: 1, checked: 4 }],
  ['fpfp', { failed: 2, checked: 4 }],
  ['fpwp', { failed: 2, checked: 4 }],
  ['ppip', undefined],
  ['pfip', { failed: 1, checked: 3 }],
  ['p f p', { failed: 1, checked: 3 }],
])('a requirement is flaky if it changes repeatedly: %s: %j', (row, wanted) => {
  const flaky = trendOf(nights({ 'a/one': row }))?.flaky;

  expect(flaky).toEqual(wanted === undefined ? [] : [{ id: 'a/one', ...wanted }]);
});

test('a requirement is flaky if it changes repeatedly, but not by another release', () => {
  const runs = nights({ 'a/one': 'pfp' }, (night) => ({ release: night === 1 ? '7.0' : '7.1' }));

  expect(trendOf(runs)?.flaky).toEqual([]);
});

test.each([
  ['pppp', undefined],
  ['pffp', undefined],
  ['ppff', { since: '2026-11-12T02:00:00.000Z', before: false, runs: 2 }],
  ['pfnf', { since: '2026-11-11T02:00:00.000Z', before: false, runs: 2 }],
  ['ffff', { since: '2026-11-10T02:00:00.000Z', before: true, runs: 4 }],
  ['nnnn', undefined],
])('failing since %s: %j', (row, wanted) => {
  const failing = trendOf(nights({ 'a/one': row }))?.failing;

  expect(failing).toEqual(wanted === undefined ? [] : [{ id: 'a/one', ...wanted }]);
});

test('each target has its own runs, by start time, up to the requested number', () => {
  const runs = nights({ 'a/one': 'pppp' });
  const other = nights({ 'a/one': 'f' }, () => ({ target: 'lab-10' }));
  const trends = trendsOf([...runs.toReversed(), ...other], 3);

  expect(
    trends.map(({ target, runs: of }) => [target, of.map(({ startedAt }) => startedAt.slice(8, 10))]),
  ).toEqual([
    ['lab-10', ['10']],
    ['lab-7', ['11', '12', '13']],
  ]);
});

test('in prose, to the letter', () => {
  const rows = { 'a/broke': 'pppf', 'a/flaky': 'pfpp', 'a/mended': 'fffp', 'a/open': 'iipp' };
  const runs = nights(rows, (night) => {
    const acceptedSteps = night === 0 ? '[-1,+1]' : '[-3,+3]';
    const facts = { acceptedSteps, throttleAfter: night === 3 ? null : 10 };
    return { facts, gate: 'does not conform' };
  });

  expect(proseOf(runs).join('')).toBe(`lab-7: 4 runs, 2026-11-10 02:00 to 2026-11-13 02:00 UTC

  2026-11-10 02:00  7.1.2_u3  does not conform  1 failed, 1 inconclusive
  2026-11-11 02:00  7.1.2_u3  does not conform  2 failed, 1 inconclusive, 1 broke
  2026-11-12 02:00  7.1.2_u3  does not conform  1 failed, 1 fixed
  2026-11-13 02:00  7.1.2_u3  does not conform  1 failed, 1 broke, 1 fixed

Since the run before
  - a/broke broke.
  - a/mended was fixed.
  - Wrong codes are not throttled; before, they were throttled after 10 consecutive attempts.

Failing
  - a/broke fails since 2026-11-13 02:00, once.

Flaky
  - a/flaky is flaky: it failed in 1 of the last 4 runs that checked it, and passed in between.

Not decided
  - a/open could not be decided in 2 of 4 runs.

Facts that changed earlier
  - 2026-11-11 02:00: The accepted code window grew from ±1 to ±3 steps.
`);
});

test('a single run has nothing before it', () => {
  expect(proseOf(nights({ 'a/one': 'p' }))).toEqual([
    'lab-7: 1 run, 2026-11-10 02:00 UTC\n\n  2026-11-10 02:00  7.1.2_u3  conforms\n',
  ]);
});
