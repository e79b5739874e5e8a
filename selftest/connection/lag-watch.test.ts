import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Call } from '../../src/target/connection/call.js';
import { LagWatch } from '../../src/target/connection/lag-watch.js';

/** A watch and its reports. */
function watching() {
  const told = { lagsMs: [] as number[], changes: 0, disagreements: 0, backs: 0 };
  const nodes = {
    changed: () => {
      told.changes += 1;
    },
    disagreed: () => {
      told.disagreements += 1;
    },
    wentBack: () => {
      told.backs += 1;
    },
  };
  const shownAfter = { value: undefined, learn: (ms: number) => told.lagsMs.push(ms) };
  const watch = new LagWatch(nodes, shownAfter);
  const read = async (body: unknown, method = 'GET') => {
    const call: Call = {
      operation: 'GetMFAConfig',
      path: '/mfa-config',
      request: { method, url: 'https://cluster.example/v2/mfa-config', headers: {} },
      json: undefined,
      credential: { scheme: 'none' },
      options: {},
      send: () => Promise.reject(new Error('nothing is sent here')),
    };
    const exchange = { operation: null, request: call.request, startedAt: '', durationMs: 0 };
    const answer = { status: 200, headers: {}, body, findings: [] };
    await watch.reading(call, async ({ request: { method: of, url, headers } }) => ({
      ...answer,
      exchange: { ...exchange, request: { method: of, url, headers } },
    }));
    // The clock of the watch must move on.
    await sleep(1);
  };
  return { told, watch, read };
}

const off = { enabled: false };
const on = { enabled: true };
const nothing = { lagsMs: [], changes: 0, disagreements: 0, backs: 0 };

test('a read of an earlier state is a disagreement of nodes', async () => {
  const { told, watch, read } = watching();

  await read(off);
  watch.wrote('cluster');
  await read(off);
  await read(on);
  expect(told).toMatchObject({ lagsMs: [expect.any(Number)], disagreements: 0 });
  expect(told.lagsMs[0]).toBeGreaterThan(0);
  await read(off);

  expect(told).toMatchObject({ changes: 1, disagreements: 1 });
  // The other node is later.
  expect(told.lagsMs).toHaveLength(2);
  expect(told.lagsMs[1]).toBeGreaterThan(told.lagsMs[0] ?? 0);
});

test.each(['HEAD', 'OPTIONS'])('what %s answers shows nothing', async (method) => {
  const { told, watch, read } = watching();

  await read(off);
  watch.wrote('cluster');
  await read('', method);
  await read(undefined, method);
  await read(off);

  expect(told).toEqual(nothing);
});

test.each<[string, readonly (object | 'wrote' | 'unsure' | 'refused')[], object]>([
  [
    'what something else may have changed is no disagreement',
    [off, 'wrote', on, 'unsure', off],
    { disagreements: 0 },
  ],
  [
    'what shows after something else that may have changed it is no lag of the write before',
    [off, 'wrote', off, 'unsure', on],
    nothing,
  ],
  [
    'after a refusal a read that goes back says nothing yet',
    [off, 'wrote', on, 'refused', off, off],
    { disagreements: 0, backs: 2 },
  ],
  [
    'after a refusal one that goes forth again is a disagreement',
    [off, 'wrote', on, 'refused', off, off, on],
    { disagreements: 1, backs: 2 },
  ],
  [
    'what a refused request stored is no disagreement of nodes, though it is put right again',
    [off, 'wrote', on, 'refused', off, 'wrote', on],
    { disagreements: 0 },
  ],
  [
    'members in another order, and others that change each time, are no other state',
    [
      { enabled: false, authenticationTypes: [], requestId: 1 },
      'wrote',
      { requestId: 2, enabled: true, authenticationTypes: [] },
      { authenticationTypes: [], enabled: true },
      { enabled: true, authenticationTypes: [], requestId: 3 },
    ],
    { changes: 1, disagreements: 0 },
  ],
  [
    'what shows late shows so beside members that change each time',
    [{ ...off, requestId: 1 }, 'wrote', { ...off, requestId: 2 }, { ...on, requestId: 3 }],
    { lagsMs: expect.arrayContaining([expect.toSatisfy((ms: number) => ms > 0)]) },
  ],
  [
    'a list in another order is no other state',
    [
      { authenticationTypes: ['totp', 'email'] },
      'wrote',
      { authenticationTypes: ['email', 'totp'] },
      { authenticationTypes: ['totp'] },
      { authenticationTypes: ['totp'] },
    ],
    { changes: 1, disagreements: 0 },
  ],
])('%s', async (_is, steps, wanted) => {
  const { told, watch, read } = watching();

  for (const step of steps) {
    if (step === 'wrote') watch.wrote('cluster');
    else if (step === 'unsure') watch.unsure();
    else if (step === 'refused') watch.refused();
    else await read(step);
  }

  expect(told).toMatchObject(wanted);
});
