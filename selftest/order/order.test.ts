import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import type { RunEvent } from '../../src/base/model/event.js';
import { loadOrder, orderFile, type Scarce, shareFound } from '../../src/contract/order/order.js';
import { oneCodeInAStep, Pace } from '../../src/contract/order/pace.js';
import { exchanged, timed } from '../events/sample.js';
import { detectionOrder, inCatalogueOrder, orderText } from './detection-order.js';
import { costsIn, withScarce } from './measured.js';

const { rows, shared } = loadOrder();
const of = (...ids: string[]) => new Set(ids);

test('spec/order.json is made of the faults, and of costs of all requirements: npm run generate writes it', () => {
  const made = detectionOrder(inCatalogueOrder(rows), shared, faults);

  expect(orderText(made)).toBe(readFileSync(orderFile, 'utf8'));
});

const fault = (id: string, ...fails: string[]) => ({ id, fails });
const ids = (order: ReturnType<typeof detectionOrder>) => order.rows.map(({ id }) => id);

test('the order begins with most new faults per second; tests without new faults come last', () => {
  const costs = { 'a/dear': 10, 'a/idle': 0, 'a/cheap': 1, 'a/good': 2 };
  const measured = Object.entries(costs).map(([id, requests]) => ({ id, cost: { requests } }));
  const found = ['a/dear a/good', 'a/dear', 'a/good a/idle', 'a/good', 'a/cheap', 'a/good'];
  const known = found.map((by, at) => fault(`${at}`, ...by.split(' ')));

  // The row `idle` costs least, but an earlier row has already found its fault.
  expect(ids(detectionOrder(measured, {}, known))).toEqual(['a/idle', 'a/good', 'a/cheap', 'a/dear']);
});

test('the order: weighs shared parts once, with all worthwhile tests', () => {
  const shares = 'mails';
  const measured = [
    { id: 'a/one', cost: {}, shares },
    { id: 'a/two', cost: {}, shares },
    { id: 'a/idle', cost: {}, shares },
    { id: 'b/one', cost: { requests: 30 } },
    { id: 'b/two', cost: { requests: 45 } },
  ];
  const known = ['a/one', 'a/two', 'b/one', 'b/two'].map((id) => fault(id, id));

  // Weighed one by one, a/one and a/two would come after b/two.
  const order = ids(detectionOrder(measured, { mails: { requests: 70 } }, known));
  expect(order.join(' ')).toBe('b/one a/one a/two b/two a/idle');
});

test('tests that leave accounts locked come last', () => {
  const measured = ['a/locks', 'a/one'].map((id) => ({ id, cost: {} }));
  const known = [fault('1', 'a/locks')];

  const order = detectionOrder(measured, {}, known, (id) => id === 'a/locks');

  expect(ids(order)).toEqual(['a/one', 'a/locks']);
});

test('the share of the known faults counts those that the target could have', () => {
  const order = new Map(rows.map((row) => [row.id, new Set(row.faults)]));
  const [first, second] = [...order.keys()];
  if (first === undefined || second === undefined) throw new Error('There are no requirements.');
  const both = new Set([...(order.get(first) ?? []), ...(order.get(second) ?? [])]).size;

  const others = of(...[...order.keys()].filter((id) => id !== first && id !== second));

  expect(shareFound(of(first), others)).toBe((order.get(first)?.size ?? 0) / both);
  expect(shareFound(of(first, second), others)).toBe(1);
  expect(shareFound(of(), of(...order.keys()))).toBe(0);
});

interface TargetSpeed {
  readonly requestMs: number;
  readonly mailMs: number;
  readonly stepMs?: number;
  readonly scarce?: keyof Scarce;
}

/** The log of tests with the costs of an order, on a target of this speed. */
function* runOn(
  { rows: all }: ReturnType<typeof detectionOrder>,
  { requestMs, mailMs, stepMs = 0, scarce }: TargetSpeed,
): Generator<RunEvent> {
  const at = '2026-11-29T00:00:00Z';
  if (scarce === 'users') yield { at, type: 'learned', fact: oneCodeInAStep, value: true, because: [] };
  for (const { id: requirement, cost, scarce: steps } of all) {
    const { requests = 0, mails = 0 } = cost;
    for (let n = 0; n < requests; n += 1) {
      const event = exchanged({ requirement });
      yield { at, ...event, exchange: { ...event.exchange, durationMs: requestMs } };
    }
    for (let n = 0; n < mails; n += 1) yield { at, type: 'wait', requirement, ms: mailMs, for: 'mail' };
    const awaitedMs = requests * stepMs + (scarce === undefined ? 0 : (steps?.[scarce] ?? 0) * 28_000);
    yield { at, type: 'wait', requirement, ms: awaitedMs, for: 'code step' };
    const durationMs = requests * (requestMs + 3) + mails * mailMs + awaitedMs;
    yield { at, type: 'test ended', requirement, status: 'passed', durationMs };
  }
}

const measured = Array.from({ length: 50 }, (_, n) => ({
  id: `a/${n}`,
  cost: { requests: 1 + (n % 7), ...(n % 3 === 0 ? { mails: 1 } : {}) },
  ...(n % 10 === 2 ? { scarce: { support: 1 } } : n % 10 === 5 ? { scarce: { users: 1 } } : {}),
}));
const order = detectionOrder(measured, {}, []);
const all = new Set(measured.map(({ id }) => id));
const waits = { quietMs: 10_000, stepMs: 20_000 };

test.each<[string, TargetSpeed]>([
  ['nearby', { requestMs: 2, mailMs: 15 }],
  ['far away', { requestMs: 115, mailMs: 3_100 }],
  ['slow to answer alone', { requestMs: 900, mailMs: 200 }],
  ['with waits that nothing foretells', { requestMs: 2, mailMs: 15, stepMs: 3_000 }],
  ['without a window for codes', { requestMs: 2, mailMs: 15, scarce: 'support' }],
  ['with one code of a user in a step', { requestMs: 115, mailMs: 3_100, scarce: 'users' }],
])('the time left is right within a factor of 1.5 after a fifth of a run: %s', (_, speed) => {
  const pace = new Pace(waits, order);
  const events = [...runOn(order, speed)];
  const msOf = (some: readonly RunEvent[]) =>
    some.reduce((sum, event) => sum + (event.type === 'test ended' ? event.durationMs : 0), 0);
  const whole = msOf(events);

  for (const [index, event] of events.entries()) {
    pace.take(event);
    const left = whole - msOf(events.slice(0, index + 1));
    if (event.type !== 'test ended' || left > 0.8 * whole || left === 0) continue;
    expect(pace.leftMs(all) / left).toBeGreaterThan(1 / 1.5);
    expect(pace.leftMs(all) / left).toBeLessThan(1.5);
    expect(pace.mayBeLonger).toBe('stepMs' in speed);
  }
});

test('the time left is estimated before any result and counts shared parts once', () => {
  const rows = [
    { id: 'a/one', cost: { requests: 1 }, shares: 'mails' },
    { id: 'a/two', cost: { steps: 1 }, shares: 'mails' },
  ];
  const pace = new Pace(waits, detectionOrder(rows, { mails: { mails: 2, quiets: 1 } }, []));
  const sharedMs = 2 * 3_000 + waits.quietMs;

  expect(pace.leftMs(of('a/one'))).toBe(100 + sharedMs);
  expect(pace.leftMs(of('a/one', 'a/two'))).toBe(100 + waits.stepMs + sharedMs);
  const done = { rows: [{ id: 'a/one', cost: {}, faults: [] }], shared: {} };
  for (const event of runOn(done, { requestMs: 1, mailMs: 1 })) pace.take(event);
  expect(pace.leftMs(of('a/one', 'a/two'))).toBe(waits.stepMs);
});

test('the time left is that of the longest lane, or of all tests if they run one by one', () => {
  const requests = new Map([
    ['access/get-mfa-config-refuses-wrong-key', 20],
    ['access/get-support-mfa-refuses-wrong-key', 30],
    ['totp-login/refuses-junk', 40],
    ['http/unknown-is-no-success', 5],
  ]);
  const rows = [...requests].map(([id, count]) => ({ id, cost: { requests: count } }));
  const inLanes = (count: number) => new Pace(waits, detectionOrder(rows, {}, []), count);
  const pace = inLanes(4);
  const ids = new Set(requests.keys());

  expect(inLanes(6).leftMs(ids)).toBe(100 * (5 + Math.max(30, 20 + 40 / 4)));
  expect(pace.leftMs(ids)).toBe(100 * (5 + Math.max(30, 20 + 40 / 2)));
  const [requirement = ''] = ids;
  pace.take({ at: '', type: 'test began', requirement, lane: 'cluster' });
  expect(pace.leftMs(ids)).toBe(100 * (5 + 40));
  pace.take({ at: '', type: 'test began', requirement });
  expect(pace.leftMs(ids)).toBe(100 * (5 + 20 + 30 + 40));
});

test('costs come from the log: skipped tests cost nothing, and adopted requests are shared', () => {
  const wait = (requirement: string, what: 'mail' | 'quiet' | 'read-back') =>
    ({ type: 'wait', requirement, ms: 1, for: what }) as const;
  const ended = (requirement: string) =>
    ({ type: 'test ended', requirement, status: 'passed', durationMs: 1 }) as const;
  const sent = (id: string, index: number) => exchanged({ requirement: id, index });
  const mails = [0, 1, 2, 3].flatMap((index) => [sent('a/first', index), wait('a/first', 'mail')]);
  const log = timed([
    sent('', 9),
    ...mails,
    wait('a/first', 'quiet'),
    ended('a/first'),
    { type: 'adopted', requirement: 'a/second', exchanges: [1] },
    ended('a/second'),
    sent('a/third', 10),
    wait('a/third', 'read-back'),
    ended('a/third'),
    { type: 'not run', requirement: 'a/fourth', reason: 'no viewer' },
    ended('a/fourth'),
  ]);

  expect(costsIn(log)).toEqual({
    rows: [
      { id: 'a/first', cost: { requests: 2 }, shares: 'mails' },
      { id: 'a/second', cost: {}, shares: 'mails' },
      { id: 'a/third', cost: { requests: 1 } },
    ],
    shared: { mails: { requests: 2, mails: 4, quiets: 1 } },
  });
});

test('steps that scarce codes cost are counted for the support user or for users', () => {
  type For = 'code step' | 'retry-after' | 'mail';
  const waited = (requirement: string, ms: number, what: For = 'code step') =>
    ({ type: 'wait', requirement, ms, for: what }) as const;
  const ofSupport = timed([waited('a/one', 28_000), waited('a/two', 30_000, 'retry-after')]);
  const ofUsers = timed([
    waited('a/one', 29_000),
    waited('a/one', 29_000),
    waited('a/three', 28_000),
    // These waits are for a step that is near, and for a mail.
    waited('a/four', 2_900),
    waited('a/four', 9_000, 'mail'),
  ]);
  // The test of a/three awaits a step on every target.
  const costOf = (id: string) => (id === 'a/three' ? { steps: 1 } : {});
  const rows = ['a/one', 'a/two', 'a/three', 'a/four'].map((id) => ({ id, cost: costOf(id) }));

  expect(withScarce({ rows, shared: {} }, [ofSupport, ofUsers]).rows).toEqual([
    { id: 'a/one', cost: {}, scarce: { support: 1, users: 2 } },
    { id: 'a/two', cost: {}, scarce: { support: 1 } },
    { id: 'a/three', cost: { steps: 1 } },
    { id: 'a/four', cost: {} },
  ]);
});
