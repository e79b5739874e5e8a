import { expect, test } from 'vitest';
import { memberOf } from '../../src/contract/judging/body.js';
import { httpServer, listen } from '../cli/servers.js';
import { connectedTo } from './emulated.js';

/** A target whose n-th read of cluster MFA shows the number n, and as `enabled` the n-th of `states`. */
async function target(states: readonly boolean[] = []) {
  let reads = 0;
  const server = httpServer((request, response) => {
    if (request.method !== 'GET') {
      response.writeHead(204).end();
      return;
    }
    const enabled = states[reads] ?? states.at(-1) ?? false;
    reads += 1;
    const body = JSON.stringify({ enabled, read: reads });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  const { connection } = await connectedTo((await listen(server)).port);
  const cluster = await connection.cluster();
  const known = async () => memberOf((await cluster.lookBefore()).body, 'read');
  return { cluster, known, connection, reads: () => reads };
}

test('a read stays known until a request that may change it', async () => {
  const { cluster, known, connection, reads } = await target();

  expect([await known(), await known()]).toEqual([1, 1]);
  connection.readBack.expected.cluster.sent(false);
  await cluster.assumed();
  expect(reads()).toBe(1);
  expect([await known(), await known()]).toEqual([2, 2]);
  await cluster.get();
  expect(await known()).toBe(3);
});

test('nothing stays known of a part that shows changes late', async () => {
  const { known, connection } = await target();
  const learn = (part: string, ms: number) =>
    connection.model.number(`changes of ${part} show after`).learn(ms);
  expect([await known(), await known()]).toEqual([1, 1]);

  // The cluster has shown no change yet, so it may be as late as support MFA.
  learn('support', 400);
  expect([await known(), await known()]).toEqual([2, 3]);
  learn('cluster', 0);
  expect([await known(), await known()]).toEqual([3, 3]);
  learn('cluster', 400);
  expect([await known(), await known()]).toEqual([4, 5]);
});

test.each([
  ["is repeated after the late node's delay", [false, true, false, true], true, 4],
  ['is true where that state stays', [false, true, false], false, 6],
])('a read of the state before the last change %s', async (_, states, enabled, times) => {
  const { cluster, connection, reads } = await target(states);
  await cluster.get();
  connection.readBack.wrote(['cluster']);
  await cluster.get();

  expect((await cluster.get()).fields.enabled).toBe(enabled);
  expect(reads()).toBe(times);
});
