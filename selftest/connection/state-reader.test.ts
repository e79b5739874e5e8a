import { expect, onTestFinished, test } from 'vitest';
import { memberOf } from '../../src/contract/judging/body.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { readTarget } from '../../src/input/target-file/read.js';
import { Connection } from '../../src/target/connection/connection.js';
import { StateReader } from '../../src/target/connection/state-reader.js';
import { httpServer, listen } from '../cli/servers.js';
import { targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';

const contract = await loadContract('7.1.2_u3');

/** Each read answers how many there were. */
async function target() {
  const seen = { reads: 0, lags: false, changes: 0 as number | undefined, touched: 0 };
  const late = { backMs: [] as number[], restedMs: [] as number[] };
  const server = httpServer((_request, response) => {
    seen.reads += 1;
    const body = JSON.stringify({ enabled: false, read: seen.reads });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  const folder = temporaryFolder();
  const file = writeTarget(folder, targetAt(`http://127.0.0.1:${(await listen(server)).port}/v2`));
  const connection = await Connection.open(readTarget(file, {}), contract, { stateDir: folder });
  onTestFinished(() => connection.close());
  const reading = {
    contract,
    call: connection.api.call.bind(connection.api),
    get changesBegun() {
      return seen.changes;
    },
    get configurationsTouched() {
      return seen.touched;
    },
  };
  const reader = new StateReader(reading, { scheme: 'none' }, true, () => seen.lags, {
    takeWentBack: (part) => (part === 'cluster' ? late.backMs.shift() : undefined),
    rest: async (ms) => {
      late.restedMs.push(ms);
    },
  });
  const known = async () => memberOf((await reader.known('GetMFAConfig')).body, 'read');
  const assumed = async () => memberOf((await reader.assumed('GetMFAConfig')).body, 'read');
  return { seen, late, reader, known, assumed };
}

test('what was read is known until something is sent that might change it', async () => {
  const { seen, reader, known } = await target();

  expect([await known(), await known()]).toEqual([1, 1]);
  seen.changes = 1;
  expect([await known(), await known()]).toEqual([2, 2]);
  await reader.get('GetMFAConfig');
  expect(await known()).toBe(3);
});

test('nothing is known while a change is under way, nor what was read during one', async () => {
  const { seen, known } = await target();

  seen.changes = undefined;
  expect([await known(), await known()]).toEqual([1, 2]);
  seen.changes = 1;
  expect(await known()).toBe(3);
});

test('nothing is known of a target that shows changes late', async () => {
  const { seen, known } = await target();
  seen.lags = true;

  expect([await known(), await known()]).toEqual([1, 2]);
});

test('what is only arranged goes by what was read until something is sent that is meant to change it', async () => {
  const { seen, assumed, known } = await target();

  expect(await assumed()).toBe(1);
  seen.changes = 1;
  expect(await assumed()).toBe(1);
  expect(await known()).toBe(2);
  seen.changes = 2;
  seen.touched = 1;
  expect([await assumed(), await assumed()]).toEqual([3, 3]);
  seen.lags = true;
  expect(await assumed()).toBe(4);
});

test('what goes back to what was before the last change is read again, once a late node may know of it', async () => {
  const { late, reader, known } = await target();
  late.backMs = [200, 400];

  expect(await known()).toBe(3);
  expect(late.restedMs).toEqual([400, 700]);

  // What stays so is so.
  late.backMs = [1, 1, 1, 1];
  expect(memberOf((await reader.get('GetMFAConfig')).body, 'read')).toBe(7);
});
