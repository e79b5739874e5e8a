import { expect, test, vi } from 'vitest';
import { KeyLag } from '../../src/target/connection/step-use.js';

vi.mock('node:timers/promises', () => import('../tool/faked-timers.js'));

const role = 'other';

async function passed<T>(work: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync();
  return work;
}

function targetOf(atFirstMs: number) {
  let delayMs = atFirstMs;
  const waits: number[] = [];
  const lag = new KeyLag({ waited: (ms) => waits.push(ms) });
  let madeAt = 0;
  const make = () => {
    lag.made(role);
    madeAt = performance.now();
  };
  const tries: number[] = [];
  const send = async () => {
    const ageMs = performance.now() - madeAt;
    tries.push(ageMs);
    return ageMs >= delayMs;
  };
  const tried = (isAsked = true) => passed(lag.tried(role, send, (isTaken) => isTaken, isAsked));
  const slowDownTo = (ms: number) => {
    delayMs = ms;
  };
  const fail = async () => tries.push(0);
  const refused = () => passed(lag.tried(role, fail, () => false));
  return { lag, waits, make, tries, tried, refused, slowDownTo };
}

test('a code of a key that is not yet in force is resent, and the next key is awaited', async () => {
  const { lag, waits, make, tries, tried } = targetOf(400);
  make();

  expect(await tried()).toBe(true);
  expect(tries).toHaveLength(2);
  expect(lag.isLate).toBe(true);

  make();
  expect(await tried()).toBe(true);
  expect(tries).toHaveLength(3);
  expect(waits).toHaveLength(2);
});

test('after a key worked at once no code is resent', async () => {
  const { lag, make, tried, refused } = targetOf(0);
  make();
  expect(await tried()).toBe(true);
  make();

  expect(await refused()).toBe(2);
  expect(lag.isLate).toBe(false);
});

test.each([
  { what: 'that was not asked for', isAsked: false, ageMs: 0 },
  { what: 'of a key that is older', isAsked: true, ageMs: 400 },
])('a code $what says nothing about new keys', async ({ isAsked, ageMs }) => {
  const { make, tries, tried, slowDownTo } = targetOf(0);
  make();
  await vi.advanceTimersByTimeAsync(ageMs);
  await tried(isAsked);
  slowDownTo(400);
  make();

  expect(await tried()).toBe(true);
  expect(tries).toHaveLength(3);
});

test('after two codes stay refused, no other is resent', async () => {
  const { make, tries, refused } = targetOf(0);
  for (const expected of [3, 6, 7]) {
    make();
    await refused();
    expect(tries).toHaveLength(expected);
  }
});

test('a code that an older key refuses is not resent', async () => {
  expect(await targetOf(0).refused()).toBe(1);
});
