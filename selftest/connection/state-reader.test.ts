import { expect, test } from 'vitest';
import { memberOf } from '../../src/contract/judging/body.js';
import { ExpectedState } from '../../src/target/beliefs/expected-state.js';
import { StateReader } from '../../src/target/connection/state-reader.js';
import { httpServer, listen } from '../cli/servers.js';
import { connectedTo } from './emulated.js';

async function target() {
  const seen = { reads: 0, lags: false };
  const late = { backMs: [] as number[], restedMs: [] as number[] };
  const server = httpServer((_request, response) => {
    seen.reads += 1;
    const body = JSON.stringify({ enabled: false, read: seen.reads });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  const { connection, api } = await connectedTo((await listen(server)).port);
  const { contract } = connection;
  const expected = { cluster: new ExpectedState(), support: new ExpectedState() };
  const reading = { contract, call: api.call.bind(api), expected };
  const reader = new StateReader(reading, { scheme: 'none' }, true, () => seen.lags, {
    takeWentBack: (part) => (part === 'cluster' ? late.backMs.shift() : undefined),
    rest: async (ms) => {
      late.restedMs.push(ms);
    },
  });
  const known = async () => memberOf((await reader.known('GetMFAConfig')).body, 'read');
  const assumed = async () => memberOf((await reader.assumed('GetMFAConfig')).body, 'read');
  return { seen, late, reader, known, assumed, expected: expected.cluster };
}

test('a read stays known until a request that may change it', async () => {
  const { reader, known, assumed, expected } = await target();

  expect([await known(), await known()]).toEqual([1, 1]);
  expected.sent(false);
  expect(await assumed()).toBe(1);
  expect([await known(), await known()]).toEqual([2, 2]);
  await reader.get('GetMFAConfig');
  expect(await known()).toBe(3);
});

test('nothing stays known on a target that shows changes late', async () => {
  const { seen, known } = await target();
  seen.lags = true;

  expect([await known(), await known()]).toEqual([1, 2]);
});

test("a read of the state before the last change is repeated after the late node's delay", async () => {
  const { late, reader, known } = await target();
  late.backMs = [200, 400];

  expect(await known()).toBe(3);
  expect(late.restedMs).toEqual([400, 700]);

  // A state that stays is true.
  late.backMs = [1, 1, 1, 1];
  expect(memberOf((await reader.get('GetMFAConfig')).body, 'read')).toBe(7);
});
