import { describe, expect, test, vi } from 'vitest';
import { TargetModel } from '../../src/target/beliefs/target-model.js';
import { Nodes } from '../../src/target/connection/nodes.js';
import { ReadBack } from '../../src/target/connection/read-back.js';

vi.mock('node:timers/promises', () => import('../tool/faked-timers.js'));

/** Looks until one shows the change: their number, and the time. */
async function look(readBack: ReadBack, shows: (afterMs: number, nth: number) => boolean, options = {}) {
  const startedAt = Date.now();
  let tries = 0;
  const take = async () => {
    tries += 1;
    return shows(Date.now() - startedAt, tries);
  };
  const came = readBack.until(take, Boolean, options);
  await vi.runAllTimersAsync();
  return { came: await came, tries, tookMs: Date.now() - startedAt };
}

/** Looks at a change that shows after `afterMs`; null for one that never shows. */
const wait = (readBack: ReadBack, afterMs: number | null, options = {}) =>
  look(readBack, (ms) => afterMs !== null && ms >= afterMs, options);

const never = null;
const recorderOf = (requirement = '') => ({ waited: () => {}, requirement });

describe('the time that a change is given', () => {
  const made = () => new ReadBack(recorderOf('mfa-config/put-round-trip'));

  test('ends after the given number of misses, with growing pauses, and learns what came late', async () => {
    const recorder = { waited: vi.fn(), requirement: 'totp-login/refused-while-only-email-is-enabled' };
    const readBack = new ReadBack(recorder);
    const few = { firstPauseMs: 1_500, mostMisses: 3 };
    expect(await wait(readBack, never, few)).toEqual({ came: false, tries: 3, tookMs: 4_500 });
    expect(await wait(readBack, 4_000, few)).toEqual({ came: true, tries: 3, tookMs: 4_500 });
    expect(recorder.waited).toHaveBeenCalledTimes(2);

    expect(await wait(readBack, 4_000)).toMatchObject({ came: true });
  });

  const over = (ms: number) => expect.toSatisfy((value: number) => value > ms);
  const under = (ms: number) => expect.toSatisfy((value: number) => value < ms);
  type Wait = readonly [afterMs: number | null, options?: object];

  test.each<[string, readonly Wait[], object]>([
    ['is none where it shows at once', [[0]], { came: true, tries: 1, tookMs: 0 }],
    ['is enough for some seconds at first', [[4_000]], { came: true }],
    ['is some seconds at first', [[never]], { tookMs: over(4_000) }],
    ['is enough for a second after one that never came', [[never], [1_000]], { came: true }],
    ['is less after one that never came', [[never], [never]], { tookMs: under(2_000) }],
    ['is whole again after one came late', [[never], [1_000], [4_000]], { came: true }],
    ['stays less after one came almost at once', [[never], [20], [never]], { tookMs: under(2_000) }],
    [
      'is kept apart for each kind of change',
      [
        [never, { of: 'unchanged' }],
        [4_000, { of: 'cluster' }],
      ],
      { came: true },
    ],
    ['is not longer for looks that only make sure', [[600, { looks: 6 }], [never]], { tookMs: over(4_000) }],
    ['is less after such looks', [[600, { looks: 6 }], [never], [never]], { tookMs: under(2_500) }],
    ['may be cut short', [[never, { mostMs: 300 }]], { tookMs: under(300) }],
    ['takes few tries where each is costly', [[never, { firstPauseMs: 1_500 }]], { tries: under(5) }],
  ])('%s', async (_is, waits, last) => {
    const readBack = made();
    const taken = [];
    for (const [afterMs, options] of waits) taken.push(await wait(readBack, afterMs, options));

    expect(taken.at(-1)).toMatchObject(last);
  });

  test('is little after two misses in one test, and whole in the next test', async () => {
    const recorder = recorderOf('sessions/ids-differ');
    const readBack = new ReadBack(recorder);
    for (let n = 0; n < 2; n += 1) await wait(readBack, never);

    expect((await wait(readBack, never)).tookMs).toBeLessThan(600);
    recorder.requirement = 'sessions/deleted-session-is-refused';
    expect(await wait(readBack, 1_000)).toMatchObject({ came: true });
  });

  test('is not less while the state is restored', async () => {
    const readBack = new ReadBack(recorderOf());
    for (let n = 0; n < 3; n += 1) await wait(readBack, never);

    expect(await wait(readBack, 1_000)).toMatchObject({ came: true });
  });

  test('is always more than the slowest change took', async () => {
    const recorder = recorderOf();
    const readBack = new ReadBack(recorder);
    await wait(readBack, 1_600);
    for (let n = 0; n < 3; n += 1) {
      recorder.requirement = `test ${n}`;
      await wait(readBack, never);
    }

    expect(await wait(readBack, 3_000)).toMatchObject({ came: true });
  });
});

describe('nodes that learn of a change at different times', () => {
  /** Every other look goes to a node that is a second late. */
  const looksAt = (nodes: Nodes) =>
    look(new ReadBack(recorderOf(), nodes), (ms, nth) => nth % 2 === 1 || ms >= 1_000);

  /** Three changes that every node shows. */
  function settle(nodes: Nodes): void {
    for (let n = 0; n < 3; n += 1) {
      nodes.changed();
      nodes.settled();
    }
  }

  test.each<[string, (nodes: Nodes) => void, boolean]>([
    ['are not awaited before the first change', () => {}, false],
    ['are awaited after the first changes', (nodes) => nodes.wrote(), true],
    [
      'are still awaited while no change has shown',
      (nodes) => [nodes.wrote(), nodes.settled(), nodes.settled(), nodes.settled()],
      true,
    ],
    ['are not awaited after none was seen', settle, false],
    ['are awaited after they were seen', (nodes) => [settle(nodes), nodes.disagreed(4_000)], true],
  ])('%s', async (_when, happen, areAwaited) => {
    const nodes = new Nodes();
    happen(nodes);

    if (areAwaited) expect((await looksAt(nodes)).tookMs).toBeGreaterThanOrEqual(1_000);
    else expect(await looksAt(nodes)).toEqual({ came: true, tries: 1, tookMs: 0 });
  });

  test('are not awaited after they agreed often on one change', async () => {
    const nodes = new Nodes();
    nodes.wrote();
    nodes.changed();
    nodes.settled();
    nodes.settled();
    expect((await looksAt(nodes)).tookMs).toBeGreaterThanOrEqual(1_000);

    expect(await looksAt(nodes)).toEqual({ came: true, tries: 1, tookMs: 0 });
    nodes.wrote();
    expect((await looksAt(nodes)).tookMs).toBeGreaterThanOrEqual(1_000);
  });

  test('are checked soon after a change shows, whatever the pause for missing changes', async () => {
    const nodes = new Nodes();
    settle(nodes);
    nodes.disagreed(4_000);

    const { came, tookMs } = await wait(new ReadBack(recorderOf(), nodes), 0, { firstPauseMs: 1_500 });
    expect(came).toBe(true);
    expect(tookMs).toBeLessThan(1_500);
  });

  test('get the time of the slowest node after each change', async () => {
    const nodes = new Nodes();
    settle(nodes);
    nodes.disagreed(800);
    const readBack = new ReadBack(recorderOf(), nodes);
    nodes.wrote();

    expect((await wait(readBack, 0)).tookMs).toBeGreaterThanOrEqual(1_200);
    expect((await wait(readBack, 0)).tookMs).toBeLessThan(100);
    nodes.wrote();
    expect((await wait(readBack, 0)).tookMs).toBeGreaterThanOrEqual(1_200);
  });

  test('get the delay that others saw, at most a second, until an own measurement', async () => {
    const nodes = new Nodes();
    const felt = async (readBack: ReadBack) => {
      nodes.wrote();
      const startedAt = Date.now();
      const passed = readBack.felt();
      await vi.runAllTimersAsync();
      await passed;
      return Date.now() - startedAt;
    };
    const among = (value: number) => {
      const model = new TargetModel([{ fact: 'changes show after', value }]);
      return new ReadBack(recorderOf(), nodes, model);
    };

    expect(await felt(among(400))).toBe(700);
    expect(await felt(among(9_800))).toBe(1_600);
    const readBack = among(9_800);
    await wait(readBack, 300);
    expect(await felt(readBack)).toBeLessThan(700);
  });

  test('do not prove enforcement: the state before two changes may still be enforced', async () => {
    const nodes = new Nodes();
    settle(nodes);
    const readBack = new ReadBack(recorderOf(), nodes);
    await wait(readBack, 1_000);
    nodes.wrote();

    expect((await wait(readBack, 0)).tookMs).toBeLessThan(100);
    expect((await wait(readBack, 0, { isFelt: true })).tookMs).toBeGreaterThanOrEqual(1_500);
    expect((await wait(readBack, 0, { isFelt: true })).tookMs).toBeLessThan(100);
  });

  test('are awaited once if each look changes something', async () => {
    const nodes = new Nodes();
    settle(nodes);
    const readBack = new ReadBack(recorderOf(), nodes);
    await wait(readBack, 1_000);
    nodes.wrote();
    const touching = (ms: number) => {
      nodes.touched();
      // A bound, because the wait could otherwise last for ever.
      if (ms > 60_000) throw new Error('It never ends.');
      return true;
    };

    const { came, tookMs } = await look(readBack, touching, { isFelt: true });

    expect(came).toBe(true);
    expect(tookMs).toBeLessThan(2_000);
  });

  test('are not awaited by time on a target whose answers always change', async () => {
    const nodes = new Nodes();
    settle(nodes);
    nodes.disagreed(800);
    nodes.disagreed(4_000);
    nodes.wrote();
    const readBack = new ReadBack(recorderOf(), nodes);

    expect((await wait(readBack, 0)).tookMs).toBeLessThan(100);
  });
});
