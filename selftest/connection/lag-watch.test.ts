import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TargetModel } from '../../src/target/beliefs/target-model.js';
import { ReadBack } from '../../src/target/connection/read-back.js';
import { Scope } from '../../src/target/connection/scope.js';
import { answerOf, callOf } from './calls.js';

function watching() {
  const learned: { readonly fact: string; readonly value: unknown }[] = [];
  const readBack = new ReadBack(
    { waited: () => {}, requirement: '', parts: ['cluster', 'support'], scope: new Scope('') },
    new TargetModel([], (fact, value) => learned.push({ fact, value })),
  );
  let backs = 0;
  const valuesOf = (wanted: string) =>
    learned.flatMap(({ fact, value }) => (fact === wanted ? [Number(value)] : []));
  const told = () => ({
    lagsMs: valuesOf('changes of cluster show after'),
    disagreements: valuesOf('nodes apart on cluster').length,
    backs,
  });
  const read = async (body: unknown, method = 'GET') => {
    const call = callOf({ operation: 'GetMFAConfig', request: { ...callOf().request, method } });
    await readBack.reading(call, async (sent) => answerOf(200, body, sent));
    if (await readBack.restIfWentBack('cluster')) backs += 1;
    // Each read needs a different time, in whole milliseconds.
    await sleep(2);
  };
  return { told, readBack, read };
}

const off = { enabled: false };
const on = { enabled: true };
const nothing = { lagsMs: [], disagreements: 0, backs: 0 };

test('a read of an earlier state is a disagreement of nodes', async () => {
  const { told, readBack, read } = watching();

  await read(off);
  readBack.wrote(['cluster']);
  await read(off);
  await read(on);
  expect(told()).toMatchObject({ lagsMs: [expect.any(Number)], disagreements: 0 });
  const [firstMs = 0] = told().lagsMs;
  expect(firstMs).toBeGreaterThan(0);
  await read(off);

  // The other node showed the change later.
  const later = expect.toSatisfy((ms: number) => ms > firstMs);
  expect(told()).toMatchObject({ lagsMs: [firstMs, later], disagreements: 1 });
});

test.each(['HEAD', 'OPTIONS'])('answers to %s show no state', async (method) => {
  const { told, readBack, read } = watching();

  await read(off);
  readBack.wrote(['cluster']);
  await read('', method);
  await read(undefined, method);
  await read(off);

  expect(told()).toEqual(nothing);
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
const agree = { disagreements: 0 };
const aTime = expect.any(Number);
const oneLag = { lagsMs: expect.arrayContaining([expect.toSatisfy((ms: number) => ms > 0)]) };

test.each<[string, string, object]>([
  ['a change by something else is no disagreement', 'off wrote on unsure off', agree],
  ['after something else no lag of the write before shows', 'off wrote off unsure on', nothing],
  ['a read that goes back after a refusal is none', 'off wrote on refused off off', { ...agree, backs: 2 }],
  ['a write of the other part may have changed this one', 'off wrote on other off off', agree],
  ['and the next write back', 'off wrote on other off other on', agree],
  ['the same disagrees if it goes forth again', 'off wrote on other off on', { disagreements: 1 }],
  ['one that goes forth again disagrees', 'off wrote on refused off off on', { disagreements: 1, backs: 2 }],
  ['a refused request may have stored something', 'off wrote on refused off wrote on', agree],
  [
    'order and ids are no state',
    'off,types#1 wrote on,types#2 types,on on,types#3',
    { ...agree, lagsMs: [0] },
  ],
  ['what shows late shows so beside other members', 'off#1 wrote off#2 on#3', oneLag],
  ['the order of a list is no state', 'totp,email wrote email,totp totp totp', { ...agree, lagsMs: [aTime] }],
])('%s: %s', async (_is, steps, wanted) => {
  const { told, readBack, read } = watching();

  for (const step of steps.split(' ')) {
    if (step === 'wrote') readBack.wrote(['cluster']);
    else if (step === 'other') readBack.wrote(['support']);
    else if (step === 'unsure') readBack.unsure();
    else if (step === 'refused') readBack.refused();
    else await read(shown[step]);
  }

  expect(told()).toMatchObject(wanted);
});
