import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Breach } from '../../src/base/model/breach.js';
import type { EventBody } from '../../src/base/model/event.js';
import { Redactor } from '../../src/base/redaction/redactor.js';
import { cleanLog, judgeLog } from '../../src/verdict/derive/judge-log.js';
import { EventLog, EventTail, lineOf, readEvents } from '../../src/verdict/events/log.js';
import { redactedEvent } from '../../src/verdict/events/redact.js';
import { temporaryFolder } from '../cli/suite.js';
import { concerned } from '../waivers/sample.js';
import { began, ended, exchanged, shownAt, tested, timed } from './sample.js';

function written(...bodies: readonly EventBody[]): string {
  const file = join(temporaryFolder(), 'events.jsonl');
  const log = EventLog.create(file);
  for (const body of bodies) log.write(body);
  log.close();
  return file;
}

describe('a log', () => {
  test('holds the written events, readable by its owner only', () => {
    const file = written(began(['area/one']), ...tested('area/one', exchanged()), ...ended);

    expect(readEvents(file).map(({ type }) => type)).toEqual([
      ...['run began', 'test began', 'exchange', 'test ended', 'restored', 'run ended'],
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(judgeLog(file).gate).toBe('conforms');
  });

  test('is read up to a cut line, and events of newer versions are skipped', () => {
    const file = written(began(['area/one']));
    const newer = '{"at":"2027-01-01T00:00:00.000Z","type":"moon rose"}\n';
    appendFileSync(file, newer + newer.slice(0, 40));

    expect(readEvents(file).map(({ type }) => type)).toEqual(['run began']);
  });

  test('is refused with an event that violates its type', () => {
    const file = written(began(['area/one']));
    appendFileSync(file, '{"at":"2027-01-01T00:00:00.000Z","type":"unusable"}\n');

    expect(() => readEvents(file)).toThrow(/events\.jsonl:2 is not a valid event:\s+\/: .*reason/);
  });

  test('is continued by a later process, with its numbers', () => {
    const file = written(exchanged({ index: 4 }));
    const tail = new EventTail(file);
    expect(tail.news()).toHaveLength(1);
    const log = EventLog.open(file);
    log.write(exchanged({ index: log.nextIndex() }));
    log.close();

    expect(tail.news()).toMatchObject([{ type: 'exchange', index: 5 }]);
    expect(tail.news()).toEqual([]);
  });
});

const secret = 'Pa"ss wörd\\47';
const known = new Redactor();
known.add(secret, 'password');
// A weak password may be a word of the log itself.
known.add('pass', 'password');

const breach: Breach = { kind: 'media type', expected: 'application/json', seen: secret };
const rule = { keyword: 'type', demands: ['string'], seen: 'null' } as const;
const others: readonly Breach[] = [
  { kind: 'schema', of: 'Error', pointer: `/${secret}`, rule },
  { kind: 'framing of 204', name: 'Transfer-Encoding', seen: secret },
  { kind: 'length of 204', seen: secret },
  { kind: 'no Error', status: 404, seen: secret },
  { kind: 'secret in head', secret: 'session id', place: secret },
];

const leaky: readonly EventBody[] = [
  began(['area/one'], {
    warnings: [`not ${secret}`],
    waivers: [concerned({ reason: secret, owner: secret, fits: ['area/one'], expired: true })],
  }),
  {
    ...exchanged({ findings: [{ requirement: 'area/one', breach }], undocumented: [secret] }),
    exchange: {
      operation: null,
      request: {
        method: 'GET',
        url: `https://h/v2?x=${encodeURIComponent(secret)}`,
        headers: { 'x-echo': secret },
        body: JSON.stringify({ a: secret }),
      },
      response: { status: 200, headers: { 'x-echo': secret }, body: Buffer.from(secret).toString('base64') },
      error: `sent ${secret}`,
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1,
    },
  },
  {
    type: 'expectation failed',
    requirement: 'area/one',
    check: {
      kind: 'members',
      any: false,
      answers: [shownAt(0)],
      members: [{ pointer: '/x', rule: 'is', expected: secret, seen: [{ [secret]: secret }] }],
    },
  },
  ...[breach, ...others].map(
    (each): EventBody => ({ type: 'finding', exchange: 0, requirement: 'area/one', breach: each }),
  ),
  { type: 'suite failed', requirement: 'area/one', reason: secret },
  { type: 'fact', requirement: 'area/one', name: 'deep', value: [{ [secret]: secret }] },
  { type: 'unusable', reason: secret, mistaken: false },
  { type: 'restored', restored: true, residue: [secret] },
  { type: 'run ended', interrupted: secret },
];

test('a value that becomes secret later is removed from every kind of event', () => {
  const onlyLong = new Redactor();
  onlyLong.add(secret, 'password');
  for (const event of timed(leaky)) {
    expect([event.type, onlyLong.leaksIn(lineOf(event))]).toEqual([event.type, ['password']]);
    expect([event.type, onlyLong.leaksIn(lineOf(redactedEvent(event, known)))]).toEqual([event.type, []]);
  }
});

test('a value that becomes secret later is removed from the log before its verdict, but words of the log stay', () => {
  const file = written(...leaky);

  cleanLog(file, known);

  expect(known.leaksIn(readFileSync(file, 'utf8').replaceAll('"passed"', ''))).toEqual([]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(judgeLog(file).outcomes[0]?.reason).toContain('expected: x: "[password]"');
});
