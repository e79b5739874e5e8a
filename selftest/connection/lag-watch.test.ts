import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Call } from '../../src/target/connection/call.js';
import { LagWatch } from '../../src/target/connection/lag-watch.js';

/** A watch, and what it has told. */
function watching() {
  const told = { lagsMs: [] as number[], changes: 0, disagreements: 0, backs: 0 };
  const watch = new LagWatch({
    seen: (ms) => told.lagsMs.push(ms),
    changed: () => {
      told.changes += 1;
    },
    disagreed: () => {
      told.disagreements += 1;
    },
    wentBack: () => {
      told.backs += 1;
    },
  });
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
    // The clock of the watch must have moved on.
    await sleep(1);
  };
  return { told, watch, read };
}

test('a read that goes back to what was before a change is a disagreement of nodes', async () => {
  const { told, watch, read } = watching();

  await read({ enabled: false });
  watch.wrote('cluster');
  await read({ enabled: false });
  await read({ enabled: true });
  expect(told.lagsMs).toHaveLength(1);
  expect(told.lagsMs[0]).toBeGreaterThan(0);
  expect(told.disagreements).toBe(0);
  await read({ enabled: false });

  expect(told).toMatchObject({ changes: 1, disagreements: 1 });
  // The other node is later than the first.
  expect(told.lagsMs).toHaveLength(2);
  expect(told.lagsMs[1]).toBeGreaterThan(told.lagsMs[0] ?? 0);
});

test.each(['HEAD', 'OPTIONS'])('what %s answers shows nothing', async (method) => {
  const { told, watch, read } = watching();

  await read({ enabled: false });
  watch.wrote('cluster');
  await read('', method);
  await read(undefined, method);
  await read({ enabled: false });

  expect(told).toEqual({ lagsMs: [], changes: 0, disagreements: 0, backs: 0 });
});

test('what something else may have changed is no disagreement', async () => {
  const { told, watch, read } = watching();

  await read({ enabled: false });
  watch.wrote('cluster');
  await read({ enabled: true });
  watch.unsure();
  await read({ enabled: false });

  expect(told.disagreements).toBe(0);
});

test('what shows after something else that may have changed it is no lag of the write before', async () => {
  const { told, watch, read } = watching();

  await read({ enabled: false });
  watch.wrote('cluster');
  await read({ enabled: false });
  watch.unsure();
  await read({ enabled: true });

  expect(told).toEqual({ lagsMs: [], changes: 0, disagreements: 0, backs: 0 });
});

test('after a refusal a read that goes back tells of nodes only where one goes forth again', async () => {
  const { told, watch, read } = watching();
  await read({ enabled: false });
  watch.wrote('cluster');
  await read({ enabled: true });
  watch.refused();

  await read({ enabled: false });
  await read({ enabled: false });
  expect(told).toMatchObject({ disagreements: 0, backs: 2 });

  await read({ enabled: true });
  expect(told).toMatchObject({ disagreements: 1, backs: 2 });
});

test('what a refused request stored is no disagreement of nodes, though it is put right again', async () => {
  const { told, watch, read } = watching();
  await read({ enabled: false });
  watch.wrote('cluster');
  await read({ enabled: true });
  watch.refused();
  await read({ enabled: false });
  watch.wrote('cluster');
  await read({ enabled: true });

  expect(told.disagreements).toBe(0);
});

test('members in another order, and others that change each time, are no other state', async () => {
  const { told, watch, read } = watching();
  await read({ enabled: false, authenticationTypes: [], requestId: 1 });
  watch.wrote('cluster');
  await read({ requestId: 2, enabled: true, authenticationTypes: [] });
  await read({ authenticationTypes: [], enabled: true });
  await read({ enabled: true, authenticationTypes: [], requestId: 3 });

  expect(told.changes).toBe(1);
  expect(told.disagreements).toBe(0);
});

test('what shows late shows so beside members that change each time', async () => {
  const { told, watch, read } = watching();
  await read({ enabled: false, requestId: 1 });
  watch.wrote('cluster');
  await read({ enabled: false, requestId: 2 });
  await read({ enabled: true, requestId: 3 });

  expect(told.lagsMs.at(-1)).toBeGreaterThan(0);
});

test('a list in another order is no other state', async () => {
  const { told, watch, read } = watching();
  await read({ authenticationTypes: ['totp', 'email'] });
  watch.wrote('cluster');
  await read({ authenticationTypes: ['email', 'totp'] });
  await read({ authenticationTypes: ['totp'] });
  await read({ authenticationTypes: ['totp'] });

  expect(told.changes).toBe(1);
  expect(told.lagsMs.every((ms) => ms > 0)).toBe(true);
  expect(told.disagreements).toBe(0);
});
