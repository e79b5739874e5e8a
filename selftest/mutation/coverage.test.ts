import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/base/model/event.js';
import { exchanged } from '../events/sample.js';
import { durationsIn, reachOf } from './coverage.js';

const time = (ms: number) => new Date(ms).toISOString();
const began = (requirement: string, ms: number) =>
  ({ type: 'test began', requirement, at: time(ms) }) satisfies RunEvent;
const sent = (requirement: string, ms: number): RunEvent => {
  const event = exchanged({ requirement });
  return { ...event, at: time(ms + 50), exchange: { ...event.exchange, startedAt: time(ms) } };
};

test('gives each moment to the test that was the last to begin or to send', () => {
  const events = [sent('', 1000), sent('a/second', 3000), began('a/first', 2000), began('a/second', 3100)];
  const both = [2000, 3000, 3150].map((ms) => [ms, ['both']] as const);
  const before = [[500, ['start']] as const, [1010, ['preflight', 'start']] as const];
  const reach = reachOf([[3200, ['late']], ...before, ...both], events);

  expect(Object.fromEntries([...reach].map(([id, by]) => [id, [...by]]))).toEqual({
    start: [],
    preflight: [],
    both: ['a/first', 'a/second'],
    late: ['a/second'],
  });
  expect(reach.has('never')).toBe(false);
});

test('knows how long the tests took', () => {
  const ended = { type: 'test ended', requirement: 'a/first', status: 'passed', durationMs: 70 } as const;

  expect(durationsIn([began('a/first', 1), { ...ended, at: time(2) }])).toEqual(new Map([['a/first', 70]]));
});
