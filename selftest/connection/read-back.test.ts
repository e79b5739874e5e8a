import { describe, expect, test, vi } from 'vitest';
import { TargetModel } from '../../src/target/beliefs/target-model.js';
import { ReadBack } from '../../src/target/connection/read-back.js';
import { Scope } from '../../src/target/connection/scope.js';
import { answerOf, callOf } from './calls.js';

vi.mock('node:timers/promises', () => import('../tool/faked-timers.js'));

async function look(readBack: ReadBack, shows: (afterMs: number, nth: number) => boolean, options = {}) {
  const startedAt = Date.now();
  let tries = 0;
  const take = async () => {
    tries += 1;
    return shows(Date.now() - startedAt, tries);
  };
  const came = readBack.until('cluster', take, Boolean, options);
  await vi.runAllTimersAsync();
  return { came: await came, tries, tookMs: Date.now() - startedAt };
}

/** Reads a change that shows after `afterMs` milliseconds; null if it never shows. */
const wait = (readBack: ReadBack, afterMs: number | null, options = {}) =>
  look(readBack, (ms) => afterMs !== null && ms >= afterMs, options);

const never = null;
const both = ['cluster', 'support'] as const;

function recorderOf(requirement = '') {
  const scopes = new Map<string, Scope>();
  return {
    waited: () => {},
    requirement,
    parts: both,
    get scope() {
      const scope = scopes.get(this.requirement) ?? new Scope(this.requirement);
      scopes.set(this.requirement, scope);
      return scope;
    },
  };
}

describe('the time that a change is given', () => {
  const made = () => new ReadBack(recorderOf('mfa-config/put-round-trip'));

  test('ends after the given number of misses, with growing pauses, and learns what came late', async () => {
    const recorder = { ...recorderOf('totp-login/refused-while-only-email-is-enabled'), waited: vi.fn() };
    const readBack = new ReadBack(recorder);
    const few = { firstPauseMs: 1_500, mostMisses: 3 };
    expect(await wait(readBack, never, few)).toEqual({ came: false, tries: 3, tookMs: 4_500 });
    expect(await wait(readBack, 4_000, few)).toEqual({ came: true, tries: 3, tookMs: 4_500 });
    expect(recorder.waited).toHaveBeenCalledTimes(2);

    expect(await wait(readBack, 4_000)).toMatchObject({ came: true });
  });

  const [unchanged, state] = [{ of: 'unchanged' }, { of: 'state' }];
  const over = (ms: number) => expect.toSatisfy((value: number) => value > ms);
  const under = (ms: number) => expect.toSatisfy((value: number) => value < ms);
  type Wait = readonly [afterMs: number | null, options?: object];

  test.each<[string, readonly Wait[], object]>([
    ['is none if it shows at once', [[0]], { came: true, tries: 1, tookMs: 0 }],
    ['is enough for some seconds at first', [[4_000]], { came: true }],
    ['is some seconds at first', [[never]], { tookMs: over(4_000) }],
    ['is enough for a second after one that never came', [[never], [1_000]], { came: true }],
    ['is less after one that never came', [[never], [never]], { tookMs: under(2_000) }],
    ['is whole again after one came late', [[never], [1_000], [4_000]], { came: true }],
    ['stays less after one came almost at once', [[never], [20], [never]], { tookMs: under(2_000) }],
    [
      'is separate for each kind of effect',
      [
        [never, unchanged],
        [4_000, state],
      ],
      { came: true },
    ],
    ['is not longer for looks that only make sure', [[600, { looks: 6 }], [never]], { tookMs: over(4_000) }],
    ['is less after such looks', [[600, { looks: 6 }], [never], [never]], { tookMs: under(2_500) }],
    ['may be cut short', [[never, { mostMs: 300 }]], { tookMs: under(300) }],
    ['takes few tries if each is costly', [[never, { firstPauseMs: 1_500 }]], { tries: under(5) }],
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

  test('is not less for the misses of a test that runs beside it', async () => {
    const recorder = recorderOf('sessions/ids-differ');
    const readBack = new ReadBack(recorder);
    for (const other of ['mfa-config/stores-types', 'sessions/ids-differ', 'mfa-config/stores-types']) {
      await wait(readBack, never);
      recorder.requirement = other;
    }

    // So far there were three misses, and only one of them in the current test.
    expect(await wait(readBack, 1_000)).toMatchObject({ came: true });
  });

  test('is little after misses in three tests, but not while the state is restored', async () => {
    const recorder = recorderOf();
    const readBack = new ReadBack(recorder);
    for (const test of ['sessions/ids-differ', 'mfa-config/stores-types', 'mfa-config/stores-enabled']) {
      recorder.requirement = test;
      await wait(readBack, never);
    }
    recorder.requirement = 'mfa-config/null-types-store-none';

    expect((await wait(readBack, never)).tookMs).toBeLessThan(400);
    recorder.requirement = '';
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

async function read(readBack: ReadBack, enabled: boolean, part: 'cluster' | 'support' = 'cluster') {
  const operation = part === 'cluster' ? 'GetMFAConfig' : 'GetSupportMFAConfig';
  const call = callOf({ operation, request: { ...callOf().request, method: 'GET' } });
  await readBack.reading(call, async (sent) => answerOf(200, { enabled }, sent));
}

const takes = async (passed: Promise<unknown>) => {
  const startedAt = Date.now();
  await vi.runAllTimersAsync();
  await passed;
  return Date.now() - startedAt;
};

async function settled(readBack: ReadBack, enabled: boolean): Promise<void> {
  await read(readBack, !enabled);
  readBack.wrote(['cluster']);
  await takes(readBack.until('cluster', () => read(readBack, enabled).then(() => true), Boolean));
}

/** Three changes that every read shows: the nodes are known to agree, and no change shows late. */
async function agreeing(model?: TargetModel): Promise<ReadBack> {
  const readBack = new ReadBack(recorderOf(), model);
  for (const enabled of [true, false, true]) await settled(readBack, enabled);
  await vi.advanceTimersByTimeAsync(60_000);
  return readBack;
}

/** Like {@link agreeing}, but a node showed the old state this long after a change. */
const disagreeing = (...ms: readonly number[]) =>
  agreeing(new TargetModel(ms.map((value) => ({ fact: 'nodes apart on cluster', value }))));

describe('nodes that learn of a change at different times', () => {
  const looksAt = (readBack: ReadBack) => look(readBack, (ms, nth) => nth % 2 === 1 || ms >= 1_000);
  const fresh = async () => new ReadBack(recorderOf());

  test.each<[string, () => Promise<ReadBack>, (readBack: ReadBack) => void, boolean]>([
    ['are not awaited before the first change', fresh, () => {}, false],
    ['are awaited after the first changes', fresh, (readBack) => readBack.wrote(['cluster']), true],
    ['are not awaited after none was seen', agreeing, () => {}, false],
    ['are awaited after they were seen', () => disagreeing(4_000), () => {}, true],
  ])('%s', async (_when, made, happen, areAwaited) => {
    const readBack = await made();
    happen(readBack);

    if (areAwaited) expect((await looksAt(readBack)).tookMs).toBeGreaterThanOrEqual(1_000);
    else expect(await looksAt(readBack)).toEqual({ came: true, tries: 1, tookMs: 0 });
  });

  test('are still awaited while no change has shown', async () => {
    const readBack = new ReadBack(recorderOf());
    readBack.wrote(['cluster']);
    for (let n = 0; n < 3; n += 1) await wait(readBack, 0);

    expect((await looksAt(readBack)).tookMs).toBeGreaterThanOrEqual(1_000);
  });

  test('are not awaited after they agreed often on one change', async () => {
    const readBack = new ReadBack(recorderOf());
    await settled(readBack, true);
    await wait(readBack, 0);
    expect((await looksAt(readBack)).tookMs).toBeGreaterThanOrEqual(1_000);

    expect(await looksAt(readBack)).toEqual({ came: true, tries: 1, tookMs: 0 });
    readBack.wrote(['cluster']);
    expect((await looksAt(readBack)).tookMs).toBeGreaterThanOrEqual(1_000);
  });

  test('are checked soon after a change shows, whatever the pause for missing changes', async () => {
    const { came, tookMs } = await wait(await disagreeing(4_000), 0, { firstPauseMs: 1_500 });
    expect(came).toBe(true);
    expect(tookMs).toBeLessThan(1_500);
  });

  test('get the time of the slowest node after each change', async () => {
    const readBack = await disagreeing(800);
    readBack.wrote(['cluster']);

    expect((await wait(readBack, 0)).tookMs).toBeGreaterThanOrEqual(1_200);
    expect((await wait(readBack, 0)).tookMs).toBeLessThan(100);
    readBack.wrote(['support']);
    expect((await wait(readBack, 0)).tookMs).toBeGreaterThanOrEqual(1_200);
  });

  test('get the delay that others saw, at most a second, until an own measurement', async () => {
    const felt = (readBack: ReadBack) => {
      readBack.wrote(['cluster']);
      return takes(readBack.felt('cluster'));
    };
    const among = (value: number) =>
      new ReadBack(recorderOf(), new TargetModel([{ fact: 'changes of cluster show after', value }]));

    expect(await felt(among(400))).toBe(700);
    expect(await felt(among(9_800))).toBe(1_600);
    const readBack = among(9_800);
    await wait(readBack, 300);
    expect(await felt(readBack)).toBeLessThan(700);
  });

  test('do not prove enforcement: the state before two changes may still be enforced', async () => {
    const readBack = await agreeing();
    await wait(readBack, 1_000);
    await settled(readBack, false);
    readBack.wrote(['cluster']);

    expect((await wait(readBack, 0)).tookMs).toBeLessThan(100);
    expect((await wait(readBack, 0, { isFelt: true })).tookMs).toBeGreaterThanOrEqual(1_500);
    expect((await wait(readBack, 0, { isFelt: true })).tookMs).toBeLessThan(100);
  });

  test('are awaited once if each look changes something', async () => {
    const readBack = await agreeing();
    await wait(readBack, 1_000);
    readBack.wrote(['cluster']);
    const touching = (ms: number) => {
      readBack.changed('cluster');
      // Without this bound, the wait could last for ever.
      if (ms > 60_000) throw new Error('It never ends.');
      return true;
    };

    const { came, tookMs } = await look(readBack, touching, { isFelt: true });

    expect(came).toBe(true);
    expect(tookMs).toBeLessThan(2_000);
  });

  test('are not awaited by time on a target whose answers always change', async () => {
    const readBack = await disagreeing(800, 4_000);
    readBack.wrote(['cluster']);

    expect((await wait(readBack, 0)).tookMs).toBeLessThan(100);
  });
});

/** A target that shows each change of the cluster's configuration after four seconds, and of support MFA at once. */
async function late() {
  const readBack = new ReadBack(recorderOf('mfa-config/put-round-trip'));
  const startedAt = Date.now();
  const get = async () => {
    const isShown = Date.now() - startedAt >= 4_000;
    await read(readBack, isShown);
    return isShown;
  };
  await read(readBack, true, 'support');
  readBack.wrote(['support']);
  await read(readBack, false, 'support');
  await read(readBack, false);
  readBack.wrote(['cluster']);
  await takes(readBack.until('cluster', get, Boolean, { of: 'state' }));
  return readBack;
}

test('a part that shows changes late makes no read or effect of the other part wait', async () => {
  const readBack = await late();
  const isFelt = { isFelt: true } as const;
  const ofSupport = () => takes(readBack.until('support', async () => true, Boolean, isFelt));

  expect([readBack.isLate('cluster'), readBack.isLate('support')]).toEqual([true, false]);
  readBack.wrote(['support']);
  expect(await takes(readBack.felt('support'))).toBe(0);
  expect(await ofSupport()).toBeLessThan(100);
  readBack.wrote(['cluster']);
  expect(await takes(readBack.felt('cluster'))).toBeGreaterThan(6_000);
});

test('a part that shows changes late waits for its own changes only, not for later ones of the other part', async () => {
  const readBack = await late();
  await vi.advanceTimersByTimeAsync(60_000);
  readBack.wrote(['support']);

  expect(await takes(readBack.felt('cluster'))).toBe(0);
  expect(await takes(readBack.rest('cluster', 2_000))).toBe(0);
  expect(await takes(readBack.rest('support', 2_000))).toBe(2_000);
});

test('a part that shows changes late is learned as late although the other lane sends writes and codes meanwhile', async () => {
  const readBack = new ReadBack({ ...recorderOf(), parts: ['support'] });
  await read(readBack, false);
  readBack.wrote(['cluster']);
  await read(readBack, false);
  readBack.unsure();
  readBack.wrote(['support']);
  await vi.advanceTimersByTimeAsync(4_000);
  await read(readBack, true);

  expect(readBack.isLate('cluster')).toBe(true);
  // Support MFA has shown no change yet, so it may be as late as the cluster.
  expect(readBack.isLate('support')).toBe(true);
  expect(readBack.shownAfterMs).toBeGreaterThanOrEqual(4_000);
});

test('a state that a code made and the next change undid is not the lag of a node', async () => {
  const model = new TargetModel();
  const readBack = new ReadBack(recorderOf(), model);
  await read(readBack, false, 'support');
  readBack.changed('support');
  readBack.wrote(['support']);
  await read(readBack, true, 'support');
  await vi.advanceTimersByTimeAsync(600);
  for (let n = 0; n < 2; n += 1) await read(readBack, false, 'support');

  expect(model.number('nodes apart on support').value).toBeUndefined();
});
