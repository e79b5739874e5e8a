import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/base/model/event.js';
import { eventsOfRun, renderRun } from '../../src/cli/explain.js';
import { TargetModel } from '../../src/target/beliefs/target-model.js';
import { EventLog } from '../../src/verdict/events/log.js';
import { temporaryFolder } from '../cli/suite.js';

const at = '2026-01-01T00:00:00.000Z';
const learned = (fact: string, value: unknown, because: number[] = []) =>
  ({ at, type: 'learned', fact, value, because }) as const;

test.each([
  ['nothing learned', [], undefined],
  ['learned once', [learned('delay', 5)], 5],
  ['learned again', [learned('delay', 5), learned('delay', 7)], 7],
  ['of another fact', [learned('pace', 5)], undefined],
  ['in another shape', [learned('delay', 'long')], undefined],
])('the last learned value is believed: %s', (_what, events, value) => {
  expect(new TargetModel(events).number('delay').value).toBe(value);
});

test('a learned fact is logged once and known to all', () => {
  const told: unknown[] = [];
  const model = new TargetModel([learned('delay', 5)], (...one) => told.push(one));

  for (const value of [5, 7, 7]) model.number('delay').learn(value);

  expect(told).toEqual([['delay', 7]]);
  expect(model.number('delay').value).toBe(7);
});

test('a process that continues a run reads learned facts from its log', () => {
  const log = EventLog.create(`${temporaryFolder()}/events.jsonl`);
  log.write({ type: 'fact', requirement: 'totp-login/refuses-replay', name: 'n', value: '"type":"learned"' });
  log.write({ type: 'learned', fact: 'delay', value: 5, because: [1] });

  expect(new TargetModel(log.learned()).number('delay').value).toBe(5);
  log.close();
});

const id = 'totp-login/refuses-replay';
const events: RunEvent[] = [
  learned('accounts', {}),
  learned('delay', 5, [1]),
  { at, type: 'test began', requirement: id, lane: 'cluster' },
  { at, type: 'retry', requirement: id, status: 429 },
  { at, type: 'wait', requirement: id, ms: 12_000, for: 'retry-after' },
  { at, type: 'adopted', requirement: id, exchanges: [3] },
  learned('delay', 7, [2, 3]),
  learned('delay', 8, [4]),
  { at, type: 'not run', requirement: id, reason: 'no mail' },
  { at, type: 'test ended', requirement: id, status: 'skipped', durationMs: 20 },
  learned('delay', 9),
];

test('the actions of a run for a requirement are listed with their reasons', () => {
  expect(renderRun(id, events).split('\n')).toEqual([
    `In this run: ${id}`,
    '       began in the cluster lane, beside tests of another',
    '       sent again: it was answered 429, which asks to wait',
    '       waited 12.0 s: retry-after',
    '       shown before, and not asked again: #3',
    '       learned: delay: 7 (by #2, #3)',
    '       not run: no mail',
    '       skipped after 20 ms',
    '',
    'Facts that the run had learned about the target before',
    '       learned: accounts: see events.jsonl',
    '       learned: delay: 5 (by #1)',
    '',
  ]);
});

test('a folder without a log is named', () => {
  expect(() => eventsOfRun('/nowhere')).toThrow('/nowhere/events.jsonl: no such log');
});
