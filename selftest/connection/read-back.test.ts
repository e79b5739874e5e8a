import { describe, expect, test, vi } from 'vitest';
import { TargetModel } from '../../src/target/beliefs/target-model.js';
import { Nodes } from '../../src/target/connection/nodes.js';
import { ReadBack } from '../../src/target/connection/read-back.js';

vi.mock('node:timers/promises', () => import('../tool/faked-timers.js'));

/** How often and how long one waits for what comes after `afterMs`; null: for what never comes. */
async function wait(readBack: ReadBack, afterMs: number | null, options = {}) {
  const startedAt = Date.now();
  let tries = 0;
  const came = readBack.until(
    async () => {
      tries += 1;
      return afterMs !== null && Date.now() - startedAt >= afterMs;
    },
    (value) => value,
    options,
  );
  await vi.runAllTimersAsync();
  return { came: await came, tries, tookMs: Date.now() - startedAt };
}

const never = null;

describe('the time that a change is given', () => {
  const made = () => new ReadBack({ waited: () => {}, requirement: 'mfa-config/put-round-trip' });

  test('is none where it shows at once', async () => {
    expect(await wait(made(), 0)).toEqual({ came: true, tries: 1, tookMs: 0 });
  });

  test('ends with so many misses, each pause longer than the last, and what came late is learnt', async () => {
    const recorder = { waited: vi.fn(), requirement: 'totp-login/refused-while-only-email-is-enabled' };
    const readBack = new ReadBack(recorder);
    const few = { firstPauseMs: 1_500, mostMisses: 3 };
    expect(await wait(readBack, never, few)).toEqual({ came: false, tries: 3, tookMs: 4_500 });
    expect(await wait(readBack, 4_000, few)).toEqual({ came: true, tries: 3, tookMs: 4_500 });
    expect(recorder.waited).toHaveBeenCalledTimes(2);

    expect(await wait(readBack, 4_000)).toMatchObject({ came: true });
  });

  test('is some seconds at first', async () => {
    expect(await wait(made(), 4_000)).toMatchObject({ came: true });
    expect((await wait(made(), never)).tookMs).toBeGreaterThan(4_000);
  });

  test('is less after one that never came, and enough for one of a second', async () => {
    const readBack = made();
    await wait(readBack, never);

    expect(await wait(readBack, 1_000)).toMatchObject({ came: true });
  });

  test('is less after one that never came', async () => {
    const readBack = made();
    await wait(readBack, never);

    expect((await wait(readBack, never)).tookMs).toBeLessThan(2_000);
  });

  test('is all of it again once one came late', async () => {
    const readBack = made();
    await wait(readBack, never);
    await wait(readBack, 1_000);

    expect(await wait(readBack, 4_000)).toMatchObject({ came: true });
  });

  test('stays less where one came somewhat later than at once', async () => {
    const readBack = made();
    await wait(readBack, never);
    await wait(readBack, 20);

    expect((await wait(readBack, never)).tookMs).toBeLessThan(2_000);
  });

  test('is little in a test to which two did not come, and as before in the next', async () => {
    const recorder = { waited: () => {}, requirement: 'sessions/ids-differ' };
    const readBack = new ReadBack(recorder);
    for (let n = 0; n < 2; n += 1) await wait(readBack, never);

    expect((await wait(readBack, never)).tookMs).toBeLessThan(600);
    recorder.requirement = 'sessions/deleted-session-is-refused';
    expect(await wait(readBack, 1_000)).toMatchObject({ came: true });
  });

  test('is not less for that where no test runs: while the state is restored', async () => {
    const readBack = new ReadBack({ waited: () => {}, requirement: '' });
    for (let n = 0; n < 3; n += 1) await wait(readBack, never);

    expect(await wait(readBack, 1_000)).toMatchObject({ came: true });
  });

  test('is always more than the slowest took', async () => {
    const recorder = { waited: () => {}, requirement: '' };
    const readBack = new ReadBack(recorder);
    await wait(readBack, 1_600);
    for (let n = 0; n < 3; n += 1) {
      recorder.requirement = `test ${n}`;
      await wait(readBack, never);
    }

    expect(await wait(readBack, 3_000)).toMatchObject({ came: true });
  });

  test('is not less for one kind of change where another did not come', async () => {
    const readBack = made();
    await wait(readBack, never, { of: 'unchanged' });

    expect(await wait(readBack, 4_000, { of: 'cluster' })).toMatchObject({ came: true });
  });

  test('is not longer for looks that only make sure', async () => {
    const readBack = made();
    await wait(readBack, 600, { looks: 6 });
    expect((await wait(readBack, never)).tookMs).toBeGreaterThan(4_000);

    expect((await wait(readBack, never)).tookMs).toBeLessThan(2_500);
  });

  test('may be cut short', async () => {
    expect((await wait(made(), never, { mostMs: 300 })).tookMs).toBeLessThan(300);
  });

  test('takes few tries where each costs something', async () => {
    expect((await wait(made(), never, { firstPauseMs: 1_500 })).tries).toBeLessThan(5);
  });
});

describe('nodes that learn of a change at different times', () => {
  /** Every other look goes to a node that learns of it after a second. */
  async function looksAt(nodes: Nodes) {
    const startedAt = Date.now();
    let looks = 0;
    const came = new ReadBack({ waited: () => {}, requirement: '' }, nodes).until(
      async () => {
        looks += 1;
        return looks % 2 === 1 || Date.now() - startedAt >= 1_000;
      },
      (value) => value,
    );
    await vi.runAllTimersAsync();
    return { came: await came, looks, tookMs: Date.now() - startedAt };
  }

  /** Three changes that every node shows. */
  function settle(nodes: Nodes): void {
    for (let n = 0; n < 3; n += 1) {
      nodes.changed();
      nodes.settled();
    }
  }

  test('are waited for with the first changes', async () => {
    const nodes = new Nodes();
    nodes.wrote();

    expect((await looksAt(nodes)).tookMs).toBeGreaterThanOrEqual(1_000);
  });

  test('are not looked for before anything was changed', async () => {
    expect(await looksAt(new Nodes())).toEqual({ came: true, looks: 1, tookMs: 0 });
  });

  test('are still looked for where no change has shown yet', async () => {
    const nodes = new Nodes();
    nodes.wrote();
    for (let n = 0; n < 3; n += 1) nodes.settled();

    expect((await looksAt(nodes)).tookMs).toBeGreaterThanOrEqual(1_000);
  });

  test('are not looked for any more where they agreed often about one change', async () => {
    const nodes = new Nodes();
    nodes.wrote();
    nodes.changed();
    nodes.settled();
    nodes.settled();
    expect((await looksAt(nodes)).tookMs).toBeGreaterThanOrEqual(1_000);

    expect(await looksAt(nodes)).toEqual({ came: true, looks: 1, tookMs: 0 });
    nodes.wrote();
    expect((await looksAt(nodes)).tookMs).toBeGreaterThanOrEqual(1_000);
  });

  test('are looked for soon where a change shows, however long one that does not is waited for', async () => {
    const nodes = new Nodes();
    settle(nodes);
    nodes.disagreed(4_000);

    const startedAt = Date.now();
    const came = new ReadBack({ waited: () => {}, requirement: '' }, nodes).until(
      () => Promise.resolve(true),
      Boolean,
      { firstPauseMs: 1_500 },
    );
    await vi.runAllTimersAsync();
    expect(await came).toBe(true);
    expect(Date.now() - startedAt).toBeLessThan(1_500);
  });

  test('are given the time that the latest took, after each change', async () => {
    const nodes = new Nodes();
    settle(nodes);
    nodes.disagreed(800);
    const readBack = new ReadBack({ waited: () => {}, requirement: '' }, nodes);
    nodes.wrote();

    expect((await wait(readBack, 0)).tookMs).toBeGreaterThanOrEqual(1_200);
    expect((await wait(readBack, 0)).tookMs).toBeLessThan(100);
    nodes.wrote();
    expect((await wait(readBack, 0)).tookMs).toBeGreaterThanOrEqual(1_200);
  });

  test('are given what others saw until something is seen here, and no more than a second of it', async () => {
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
      return new ReadBack({ waited: () => {}, requirement: '' }, nodes, model);
    };

    expect(await felt(among(400))).toBe(700);
    expect(await felt(among(9_800))).toBe(1_600);
    const readBack = among(9_800);
    await wait(readBack, 300);
    expect(await felt(readBack)).toBeLessThan(700);
  });

  test('say little of what is acted by late: what was so before two changes may be seen', async () => {
    const nodes = new Nodes();
    settle(nodes);
    const readBack = new ReadBack({ waited: () => {}, requirement: '' }, nodes);
    await wait(readBack, 1_000);
    nodes.wrote();

    expect((await wait(readBack, 0)).tookMs).toBeLessThan(100);
    expect((await wait(readBack, 0, { isFelt: true })).tookMs).toBeGreaterThanOrEqual(1_500);
    expect((await wait(readBack, 0, { isFelt: true })).tookMs).toBeLessThan(100);
  });

  test('are waited for once where each look itself changes something', async () => {
    const nodes = new Nodes();
    settle(nodes);
    const readBack = new ReadBack({ waited: () => {}, requirement: '' }, nodes);
    await wait(readBack, 1_000);
    nodes.wrote();
    const startedAt = Date.now();

    const came = readBack.until(
      async () => {
        nodes.touched();
        // Without an end of its own it would go on for ever.
        if (Date.now() - startedAt > 60_000) throw new Error('It never ends.');
        return true;
      },
      (value) => value,
      { isFelt: true },
    );
    await vi.runAllTimersAsync();

    expect(await came).toBe(true);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
  });

  test('are not waited for by time where a target changes what it shows for ever', async () => {
    const nodes = new Nodes();
    settle(nodes);
    nodes.disagreed(800);
    nodes.disagreed(4_000);
    nodes.wrote();
    const readBack = new ReadBack({ waited: () => {}, requirement: '' }, nodes);

    expect((await wait(readBack, 0)).tookMs).toBeLessThan(100);
  });

  test('are not looked for any more where none was seen', async () => {
    const nodes = new Nodes();
    settle(nodes);

    expect(await looksAt(nodes)).toEqual({ came: true, looks: 1, tookMs: 0 });
  });

  test('are waited for from then on where they were seen', async () => {
    const nodes = new Nodes();
    settle(nodes);
    nodes.disagreed(4_000);

    expect((await looksAt(nodes)).tookMs).toBeGreaterThanOrEqual(1_000);
  });
});
