import { expect, test, vi } from 'vitest';
import { Scope } from '../../src/target/connection/scope.js';
import { ClockWaiter } from '../../src/target/connection/waiter.js';

interface Given {
  readonly minutes?: number;
  readonly requirement?: string;
  readonly movesClock?: boolean;
  readonly isRestore?: boolean;
}

/** A lock of this many minutes, and the waits for it in minutes. */
function lockOf({ minutes, requirement = 'an/id', movesClock = false, isRestore = false }: Given) {
  const waits: number[] = [];
  const clock = { canMove: movesClock, advance: async () => {} };
  const waiter = new ClockWaiter(clock, { requirement, scope: new Scope(''), waiting: () => () => {} });
  vi.spyOn(waiter, 'letPass').mockImplementation(async (ms) => void waits.push(Math.round(ms / 60_000)));
  if (isRestore) waiter.tellWait = () => {};
  const outlasted = (answer: string, isTaken: boolean) =>
    waiter.outlastLock(
      minutes,
      async () => answer,
      () => isTaken,
    );
  return { waits, outlasted };
}

test.each<[string, Given, number[]]>([
  ['of unknown length is not awaited', {}, []],
  ['of five minutes is awaited in a test', { minutes: 5 }, [5]],
  ['of six minutes is not', { minutes: 6 }, []],
  ['of an hour is awaited by the clock', { minutes: 60, movesClock: true }, [60]],
  ['is not awaited before the tests', { minutes: 1, requirement: '' }, []],
  ['of fifteen minutes is awaited by the restore', { minutes: 15, requirement: '', isRestore: true }, [15]],
  ['of an hour is not', { minutes: 60, requirement: '', isRestore: true }, []],
])('a lock %s', async (_, given, expected) => {
  const { outlasted, waits } = lockOf(given);

  const came = await outlasted('taken', true);

  expect(waits).toEqual(expected);
  expect(came).toBe(expected.length > 0 ? 'taken' : undefined);
});

test('after a wait in vain, a lock is not the cause', async () => {
  const { outlasted, waits } = lockOf({ minutes: 1 });

  for (const expected of ['refused', undefined]) expect(await outlasted('refused', false)).toBe(expected);
  expect(waits).toEqual([1]);
});
