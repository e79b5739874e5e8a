import { expect, test, vi } from 'vitest';
import { RateLimiter } from '../../src/wire/http/rate-limiter.js';

vi.mock('node:timers/promises', () => import('../tool/faked-timers.js'));

/** A target that allows `perSecond` requests in any second and takes 10 ms for each. */
function limitedTo(perSecond: number) {
  const taken: number[] = [];
  return (): boolean => {
    const now = performance.now();
    if (taken.filter((at) => at > now - 1_000).length >= perSecond) return false;
    taken.push(now);
    return true;
  };
}

/** Sends three operations in turn, or only `one`. */
async function send(
  limiter: RateLimiter,
  requests: number,
  isTaken: () => boolean,
  waitMs = 1_000,
  one?: string,
) {
  const startedAt = performance.now();
  let refused = 0;
  for (let n = 0; n < requests; ) {
    const turn = limiter.turn();
    await vi.runAllTimersAsync();
    await turn;
    await vi.advanceTimersByTimeAsync(5);
    const isDone = isTaken();
    await vi.advanceTimersByTimeAsync(5);
    if (isDone) n += 1;
    else {
      refused += 1;
      limiter.refused(waitMs, one ?? String(refused % 3));
      await vi.advanceTimersByTimeAsync(waitMs);
    }
  }
  return { tookMs: performance.now() - startedAt, refused };
}

test("the target's rate is learned from three refusals and kept", async () => {
  const isTaken = limitedTo(20);

  const { tookMs, refused } = await send(new RateLimiter(undefined), 400, isTaken);

  expect(refused).toBe(3);
  // If the limiter learned nothing, every twenty requests would take 1.2 s.
  expect(tookMs).toBeLessThan((400 / 20) * 1_060);
});

test('a limit of one operation changes nothing of the known rate', async () => {
  const limiter = new RateLimiter(undefined);
  const isTaken = limitedTo(20);
  await send(limiter, 200, isTaken);

  for (let n = 0; n < 5; n += 1) {
    let left = 6;
    await send(limiter, 6, () => left-- !== 0 && isTaken(), 2_000, 'mail');
  }

  expect((await send(limiter, 200, isTaken)).refused).toBe(0);
});

test('no rate is learned from refusals of one operation', async () => {
  const limiter = new RateLimiter(undefined);
  await send(limiter, 200, limitedTo(20), 1_000, 'mail');

  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 100 }, () => limiter.turn()));

  expect(performance.now()).toBe(startedAt);
});

test('requests within the rate are sent at once', async () => {
  const limiter = new RateLimiter(undefined);
  await send(limiter, 100, limitedTo(20));
  await vi.advanceTimersByTimeAsync(1_000);

  const startedAt = performance.now();
  await Promise.all([1, 2, 3].map(() => limiter.turn()));

  expect(performance.now()).toBe(startedAt);
});

test.each([
  ['now and then', (n: number) => n % 37 !== 0 && n % 53 !== 0, 1_000],
  ['after few requests', (n: number) => n % 4 !== 0, 1_000],
  // These refusals depend on the count of requests and not on the time, so the limiter stops learning from them.
  ['after every 25th request', (n: number) => n % 25 !== 0, 1_000],
  ['for longer than a second', (n: number) => n % 20 !== 0, 10_000],
])('nothing is learned of a target that asks to wait %s', async (_when, isTakenAs, waitMs) => {
  const limiter = new RateLimiter(undefined);
  let asked = 0;
  const isTaken = () => {
    asked += 1;
    return isTakenAs(asked);
  };
  await send(limiter, 400, isTaken, waitMs);

  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 100 }, () => limiter.turn()));

  expect(performance.now()).toBe(startedAt);
});

test('network jitter makes the learned second longer', async () => {
  let late = 0;
  const isTaken = limitedTo(20);
  const jittery = () => {
    late = (late + 7) % 40;
    vi.advanceTimersByTime(late);
    return isTaken();
  };

  const { refused } = await send(new RateLimiter(undefined), 1_000, jittery);

  expect(refused).toBeLessThan(10);
});
