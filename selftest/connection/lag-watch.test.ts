import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LagWatch } from '../../src/target/connection/nodes.js';
import { answerOf, callOf } from './calls.js';

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
    const call = callOf({ operation: 'GetMFAConfig', request: { ...callOf().request, method } });
    await watch.reading(call, async (sent) => answerOf(200, body, sent));
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

const shown: Readonly<Record<string, object>> = {
  off,
  on,
  'off#1': { ...off, requestId: 1 },
  'off#2': { ...off, requestId: 2 },
  'on#3': { ...on, requestId: 3 },
  'off,types#1': { enabled: false, authenticationTypes: [], requestId: 1 },
  'on,types#2': { requestId: 2, enabled: true, authenticationTypes: [] },
  'types,on': { authenticationTypes: [], enabled: true },
  'on,types#3': { enabled: true, authenticationTypes: [], requestId: 3 },
  'totp,email': { authenticationTypes: ['totp', 'email'] },
  'email,totp': { authenticationTypes: ['email', 'totp'] },
  totp: { authenticationTypes: ['totp'] },
};
const oneLag = { lagsMs: expect.arrayContaining([expect.toSatisfy((ms: number) => ms > 0)]) };

test.each<[string, string, object]>([
  ['a change by something else is no disagreement', 'off wrote on unsure off', { disagreements: 0 }],
  ['after something else no lag of the write before shows', 'off wrote off unsure on', nothing],
  [
    'after a refusal a read that goes back says nothing',
    'off wrote on refused off off',
    { disagreements: 0, backs: 2 },
  ],
  ['a write of the other part may have changed this one', 'off wrote on other off off', { disagreements: 0 }],
  ['and the next write back', 'off wrote on other off other on', { disagreements: 0 }],
  ['the same disagrees if it goes forth again', 'off wrote on other off on', { disagreements: 1 }],
  ['one that goes forth again disagrees', 'off wrote on refused off off on', { disagreements: 1, backs: 2 }],
  ['a refused request may have stored something', 'off wrote on refused off wrote on', { disagreements: 0 }],
  [
    'order and ids are no state',
    'off,types#1 wrote on,types#2 types,on on,types#3',
    { changes: 1, disagreements: 0 },
  ],
  ['what shows late shows so beside other members', 'off#1 wrote off#2 on#3', oneLag],
  [
    'the order of a list is no state',
    'totp,email wrote email,totp totp totp',
    { changes: 1, disagreements: 0 },
  ],
])('%s: %s', async (_is, steps, wanted) => {
  const { told, watch, read } = watching();

  for (const step of steps.split(' ')) {
    if (step === 'wrote') watch.wrote('cluster');
    else if (step === 'other') watch.wrote('support');
    else if (step === 'unsure') watch.unsure();
    else if (step === 'refused') watch.doubtful();
    else await read(shown[step]);
  }

  expect(told).toMatchObject(wanted);
});
