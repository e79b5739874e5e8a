import { rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { StateGuard } from '../../src/cli/state-guard.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { readTarget } from '../../src/input/target-file/read.js';
import { Connection } from '../../src/target/connection/connection.js';
import { giveBack } from '../../src/target/connection/give-back.js';
import { Journal } from '../../src/target/journal/journal.js';
import { httpServer, listen } from '../cli/servers.js';
import { targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';
import { bytesOf } from '../tool/proxy.js';

const contract = await loadContract('latest');
const off = { enabled: false, authenticationTypes: ['totp'], retainUserMfaSettings: true };
const on = { ...off, enabled: true };
const support = { enabled: false, mfaType: null, email: null };

async function lateTarget({ limits = {}, disposable = true, get = '', then = '' } = {}) {
  const folder = temporaryFolder();
  const late = { writesMs: 0, readsMs: 0, isGone: false, reads: 0, writes: [] as string[] };
  let config: object = off;
  let shown: object = off;
  const set = (next: object) => {
    config = next;
    setTimeout(() => {
      shown = next;
    }, late.readsMs);
  };
  const listener: RequestListener = async (request, response) => {
    if (late.isGone) return void request.socket.destroy();
    const sent = await bytesOf(request);
    const isCluster = request.url === '/v2/mfa-config';
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') {
      response.end(
        isCluster
          ? (late.reads++ === 0 ? get : then || get) || JSON.stringify(late.readsMs > 0 ? shown : config)
          : JSON.stringify(support),
      );
      return;
    }
    late.writes.push(`${request.method} ${request.url}`);
    if (late.writesMs > 0) await pause(late.writesMs);
    if (isCluster && request.method === 'PUT') set(JSON.parse(sent.toString()));
    response.end(JSON.stringify(config));
  };
  const { port } = await listen(httpServer(listener));
  const baseUrl = `http://127.0.0.1:${port}/v2`;
  const allow = { stateChanges: true, clusterMfa: true, disposable };
  const target = readTarget(writeTarget(folder, targetAt(baseUrl, { limits, allow })), {});
  const connect = async (journal = new Journal(folder, baseUrl)) => {
    const connection = await Connection.open(target, contract, { stateDir: folder, journal });
    onTestFinished(() => connection.close());
    return connection;
  };
  return { folder, target, late, connect, state: () => config };
}

test('restoring needs no wait if all was answered and nothing lagged', async () => {
  const settleMs = 600_000;
  const { connect, state } = await lateTarget({ limits: { settleMs } });
  const connection = await connect();
  await (await connection.cluster()).on(['totp']);
  expect(state()).toMatchObject({ enabled: true });

  const startedAt = performance.now();
  const { restored } = await giveBack(connection);

  expect(restored).toBe(true);
  expect(state()).toEqual(off);
  expect(connection.journal.read()).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(settleMs);
});

test('a write that takes effect after the run is restored, also by another process', async () => {
  const { late, connect, state } = await lateTarget({ limits: { requestTimeoutMs: 800, settleMs: 4_000 } });
  const ended = await connect();
  late.writesMs = 2_400;
  await expect((await ended.cluster()).put(on)).rejects.toThrow(/No answer/);
  late.writesMs = 0;
  expect(state()).toEqual(off);
  const told: string[] = [];

  const { restored } = await giveBack(await connect(), (what) => told.push(what));

  expect(restored).toBe(true);
  expect(told).toContain('PUT /mfa-config, sent and not answered, which may still take effect');
  expect(late.writes).toHaveLength(2);
  expect(state()).toEqual(off);
  await pause(2_400);
  expect(state()).toEqual(off);
});

test('late reads are not believed', async () => {
  const { late, connect, state } = await lateTarget();
  const ended = await connect();
  late.readsMs = 450;
  await (await ended.cluster()).put(on);

  const { restored } = await giveBack(await connect());

  expect(restored).toBe(true);
  expect(late.writes).toHaveLength(2);
  expect(state()).toEqual(off);
});

test('a target that was gone and comes back is restored', async () => {
  const { late, connect, state } = await lateTarget({ limits: { settleMs: 1_000 } });
  const connection = await connect();
  await (await connection.cluster()).on(['totp']);
  late.isGone = true;
  setTimeout(() => {
    late.isGone = false;
  }, 1_000);

  const { restored } = await giveBack(connection);

  expect(restored).toBe(true);
  expect(state()).toEqual(off);
});

test.each([
  ['removed', () => undefined],
  ['replaced by a file', (folder: string) => writeFileSync(folder, '')],
])('a state folder that is %s costs only the journal', async (_how, replace) => {
  const { folder, target, connect, state } = await lateTarget({ limits: { settleMs: 300 } });
  const reasons: string[] = [];
  const stateGuard = new StateGuard(folder, target.baseUrl);
  const parent = await connect(stateGuard.journal);
  await stateGuard.readState(parent);
  const worker = await connect();
  const cluster = await worker.cluster();
  await cluster.on(['totp']);
  stateGuard.watch((reason) => reasons.push(reason));
  onTestFinished(() => stateGuard.end());
  rmSync(folder, { recursive: true });
  replace(folder);

  await expect(cluster.put(off)).rejects.toThrow(/nothing more is changed on the target/);
  stateGuard.check();
  const { restored } = await giveBack(parent);

  expect(reasons).toEqual([`the state folder ${stateGuard.journal.folder} was lost during the run`]);
  expect(restored).toBe(true);
  expect(state()).toEqual(off);
});

test('a state that can not be restored without a journal is reported', async () => {
  const { folder, target, connect } = await lateTarget({ limits: { settleMs: 0 } });
  const stateGuard = new StateGuard(folder, target.baseUrl);
  await stateGuard.readState(await connect(stateGuard.journal));
  stateGuard.watch(() => {});
  onTestFinished(() => stateGuard.end());
  rmSync(folder, { recursive: true });
  stateGuard.check();

  const { problems } = stateGuard.withFoundState({ restored: false, residue: [], problems: ['Why.'] });

  expect(problems).toEqual(['Why.', expect.stringContaining(`${stateGuard.journal.folder} was lost`)]);
  expect(problems[1]).toContain(JSON.stringify(off));
});

test.each<[string, string, string | undefined, RegExp]>([
  ['repeats a member', '{"enabled":false,"enabled":true}', undefined, /has a member twice/],
  ['is not what the schema allows', '{"enabled":"no"}', undefined, /wrongly typed enabled/],
  ['is not the second', '{"enabled":false}', '{"enabled":true}', /two different answers/],
])('nothing is changed on a target whose first answer %s', async (_what, get, then, why) => {
  const { late, connect } = await lateTarget({ get, then });
  const connection = await connect();

  await expect(connection.api.call('UpdateMFAConfig', { anyJson: on })).rejects.toThrow(why);

  expect(late.writes).toEqual([]);
});

test('an undocumented method is journalled, and carries no credential unless the target is disposable', async () => {
  const disposable = await lateTarget();
  const { api, journal } = await disposable.connect();
  const kept = await lateTarget({ disposable: false });
  const connection = await kept.connect();
  const [guarded, admin] = [connection.api, await connection.admin()];

  await api.probe('DELETE', '/mfa-config', { as: admin });
  await expect(guarded.probe('DELETE', '/mfa-config', { as: admin })).rejects.toThrow(/no document has it/);
  await guarded.probe('DELETE', '/mfa-config');

  expect(journal.read()).toMatchObject({ cluster: off, support });
  expect(journal.writes.unsettled(0).leftMs).toBeGreaterThan(0);
  expect(kept.late.writes).toEqual(['DELETE /v2/mfa-config']);
});
