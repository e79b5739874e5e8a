import { describe, expect, test } from 'vitest';
import type { Breach } from '../../src/base/model/breach.js';
import { blames, type EventBody } from '../../src/base/model/event.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { RunFold } from '../../src/verdict/derive/fold.js';
import { began, ended, exchanged, shownAt, tested, timed } from '../events/sample.js';
import { planned } from './sample.js';

const one = 'area/one';
const failed = (requirement = one, exchange: number | null = null): EventBody => ({
  type: 'expectation failed',
  requirement,
  check: { kind: 'accepted', answers: exchange === null ? [] : [shownAt(exchange)] },
});
const noDate: Breach = { kind: 'field missing', name: 'Date', status: 200 };
const finding = (requirement: string, breach = noDate) => ({ findings: [{ requirement, breach }] });

function verdictOf(...bodies: readonly EventBody[]): Verdict {
  const fold = new RunFold();
  for (const event of timed(bodies)) fold.take(event);
  const verdict = fold.verdict();
  if (verdict === undefined) throw new Error('The log has no beginning.');
  return verdict;
}

const judged = (...events: readonly EventBody[]) => outcomeOf(verdictOf(began([one]), ...events, ...ended));

const outcomeOf = (verdict: Verdict, id = one) => verdict.outcomes.find((each) => each.id === id);

const start: EventBody = { type: 'test began', requirement: one };
const wentWrong: EventBody = { type: 'arrange failed', requirement: one, reason: 'because' };
const beside = (...events: readonly EventBody[]): EventBody[] => [
  { type: 'test began', requirement: one, lane: 'cluster' },
  ...events,
];
const again = (...events: readonly EventBody[]): EventBody[] => [
  { type: 'test began', requirement: one, again: true },
  ...events,
  { type: 'test ended', requirement: one, status: events.length > 0 ? 'failed' : 'passed', durationMs: 1 },
];

const compared = (...ways: readonly string[]): EventBody => ({
  type: 'expectation failed',
  requirement: one,
  check: {
    kind: 'alike',
    answers: ways.map((way, index) => ({ ...shownAt(index), way })),
    differences: [{ at: '/enabled', expected: true, seen: false }],
  },
});
const reads = [0, 1].flatMap((index) => exchanged({ index }));

test('the commands of a failure: a comparison has all its requests, each with what differs', () => {
  const found = judged(...tested(one, ...reads, compared('API key of admin', 'session of bob')));

  expect(found?.reproduce.split('\n').filter((line) => !line.startsWith('# Before'))).toEqual([
    '# API key of admin',
    expect.stringMatching(/^curl /),
    '# session of bob',
    expect.stringMatching(/^curl /),
  ]);
});

test('the commands of a failure: another failure has its deciding request', () => {
  const found = judged(...tested(one, ...reads, failed(one, 1)));

  expect(found?.reproduce.match(/^curl /gm)).toHaveLength(1);
});

const asExpected = /^fail: expected: a success \(2xx\)\nactual: /;
const leftOut = { type: 'not run', requirement: one, reason: 'no viewer' } as const;
const endedBadly = { type: 'test ended', requirement: one, status: 'failed', durationMs: 1 } as const;

test.each<[string, readonly EventBody[], RegExp]>([
  ['without any breach', tested(one, exchanged()), /^pass: $/],
  ['whose expectation failed', tested(one, failed()), asExpected],
  ...blames.map((type): [string, readonly EventBody[], RegExp] => [
    `with the event "${type}"`,
    tested(one, { type, requirement: one, reason: 'because' }),
    /^inconclusive: because/,
  ]),
  ['whose expectation failed, and then its preparation', tested(one, failed(), wentWrong), asExpected],
  ['that failed for no reason', [start, endedBadly], /^inconclusive: The test failed without a reason\./],
  ['that was cut short', [start], /^inconclusive: .*stopped/],
  ['that was cut short after its expectation failed', [failed()], asExpected],
  ['that failed beside others and alone', [...beside(failed()), ...again(failed())], asExpected],
  [
    'that failed beside others only',
    [...beside(failed()), ...again()],
    /^inconclusive: [\s\S]*beside tests of another lane and passed alone/,
  ],
  ['that failed beside others, and went wrong alone', [...beside(failed()), ...again(wentWrong)], asExpected],
  [
    'that failed beside others before the run was stopped',
    beside(failed()),
    /^inconclusive: [\s\S]*the run ended before it ran alone/,
  ],
  ['that was undecided beside others', [...beside(wentWrong), ...again()], /^pass: $/],
  ['that was left out', tested(one, leftOut), /^not run: no viewer/],
])('a test %s has its outcome', (_, events, told) => {
  const { outcome, reason } = judged(...events) ?? {};

  expect(`${outcome}: ${reason}`).toMatch(told);
});

test.each<[string, readonly number[], string]>([
  ['has been shut out since', [], 'inconclusive'],
  ['was let in again, and shut out later', [2], 'fail'],
  ['was let in before', [0], 'inconclusive'],
])('a test that fails by the refused login of a user who %s', (_, letIn, outcome) => {
  const login = (index: number, status: number) => {
    const made = exchanged({ index, operation: 'CreateSession', status, method: 'POST' });
    const request = { ...made.exchange.request, body: '{"username":"Bob","password":"[password]"}' };
    return { ...made, exchange: { ...made.exchange, request } };
  };
  const logins = [0, 1, 2].flatMap((index) =>
    index === 1 ? login(1, 401) : letIn.includes(index) ? login(index, 201) : [],
  );
  const shutOut = { type: 'shut out', username: 'bob', reason: 'It has another password.' } as const;
  const found = judged(...tested(one, ...logins, failed(one, 1)), shutOut);
  const isExcused = found?.reason.startsWith('It has another password. What was seen:');

  expect([found?.outcome, isExcused]).toEqual([outcome, outcome === 'inconclusive']);
});

test('a test shows the request that its expectation was about, else the last that was not a GET', () => {
  const put = exchanged({ index: 0, method: 'PUT' });
  const get = exchanged({ index: 1 });
  const unnamed = judged(...tested(one, put, get, failed()));

  expect(judged(...tested(one, put, get, failed(one, 1)))?.reproduce).not.toContain('PUT');
  expect(unnamed?.reproduce).toContain('-X PUT');
  expect(unnamed?.exchanges).toEqual([put.exchange, get.exchange]);
});

test('a test can adopt exchanges of an earlier one as evidence', () => {
  const earlier = exchanged({ index: 3, requirement: 'area/two', method: 'POST' });
  const verdict = verdictOf(
    began([one, 'area/two']),
    ...tested('area/two', earlier),
    ...tested(one, { type: 'adopted', requirement: one, exchanges: [3] }, failed()),
    ...ended,
  );

  expect(outcomeOf(verdict)?.exchanges).toEqual([earlier.exchange]);
});

describe('findings in answers', () => {
  test('count against their requirement even after its test has passed', () => {
    const verdict = verdictOf(
      began([one, 'area/two']),
      ...tested(one, exchanged({ index: 0 })),
      ...tested('area/two', exchanged({ index: 1, requirement: 'area/two', ...finding(one) })),
      ...ended,
    );

    expect(outcomeOf(verdict)).toMatchObject({
      outcome: 'fail',
      reason:
        'expected: An answer with status 200 has Date.\nactual: GetMFAConfig 200: The answer with status 200 has no Date.',
    });
    expect(outcomeOf(verdict)?.exchanges).toHaveLength(1);
    expect(outcomeOf(verdict, 'area/two')?.outcome).toBe('pass');
    expect(verdict.gate).toBe('does not conform');
  });

  test('count if they became known only later, with the answer as evidence', () => {
    const found: EventBody = { type: 'finding', exchange: 7, requirement: one, breach: noDate };
    const other = exchanged({ index: 7, requirement: 'area/two' });

    const outcome = { outcome: 'fail', exchanges: [other.exchange] };
    expect(judged(...tested(one), other, found)).toMatchObject(outcome);
  });

  test('count in answers outside tests, such as those of restoring', () => {
    const found = judged(...tested(one), exchanged({ requirement: '', ...finding(one) }));

    expect(found?.outcome).toBe('fail');
  });

  test("don't count for requirements that were not planned or don't apply", () => {
    const none = { ...planned('area/two'), notApplicable: 'not in this release' };
    const verdict = verdictOf(
      began([], { planned: [planned(one), none] }),
      ...tested(one, exchanged({ findings: [...finding('area/two').findings, ...finding('x/y').findings] })),
      ...ended,
    );

    expect(verdict.outcomes.map(({ outcome }) => outcome)).toEqual(['pass', 'not applicable']);
    expect(verdict.gate).toBe('conforms');
  });

  test('count closed connections only if one operation has several', () => {
    const id = 'http/no-server-error-for-client-mistake';
    const closed = exchanged({ status: null, mistake: 'malformed JSON' });
    const by = (...closings: readonly EventBody[]) =>
      outcomeOf(verdictOf(began([id]), ...tested(id), ...closings, ...ended), id)?.outcome;

    expect(by(closed)).toBe('pass');
    expect(by(closed, exchanged({ operation: 'GetSupportMFAConfig', status: null, mistake: 'x' }))).toBe(
      'pass',
    );
    expect(by(closed, closed)).toBe('fail');
  });
});

const startOfTwo = { type: 'test began', requirement: 'area/two' } as const;
const events = [began([one, 'area/two']), ...tested(one), startOfTwo];

test('a log without its end makes an inconclusive verdict with the recorded outcomes', () => {
  const verdict = verdictOf(...events);

  expect(verdict.gate).toBe('inconclusive');
  expect(verdict.cause).toMatch(/cut short: its process ended/);
  expect(verdict.outcomes.map(({ outcome }) => outcome)).toEqual(['pass', 'inconclusive']);
  expect(verdict.restored).toBe(true);
});

test('a log without its end does not call a target restored that may have been changed', () => {
  const changing = exchanged({ operation: 'UpdateMFAConfig', method: 'PUT', status: 204 });

  const residue = [expect.stringContaining('restore')];
  expect(verdictOf(...events, changing)).toMatchObject({ restored: false, residue });
});

test('facts measured again have the last value; waits and retries are added up', () => {
  const fact = (value: unknown): EventBody => ({ type: 'fact', requirement: one, name: 'digits', value });
  const verdict = verdictOf(
    began([one]),
    ...tested(one, fact(6), fact(8), { type: 'wait', requirement: one, ms: 5, for: 'mail' }),
    { type: 'retry', requirement: one, status: 429 },
    ...ended,
  );

  expect(verdict.facts).toEqual({ digits: 8 });
  expect(verdict.waits).toEqual([{ requirement: one, ms: 5, for: 'mail' }]);
  expect(verdict.retries).toEqual({ '429': 1, '503': 0 });
});
