import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { ArrangeError, NotAllowedError } from '../../src/base/errors.js';
import type { Connection } from '../../src/target/connection/connection.js';
import { Authenticator } from '../../src/wire/otp/authenticator.js';
import { httpServer, listen } from '../cli/servers.js';
import { targetAt } from '../cli/suite.js';
import { connecting } from '../connection/emulated.js';
import { bytesOf } from '../tool/proxy.js';

async function asking(waits: number, retryAfter = 31) {
  const got: string[] = [];
  const { port } = await listen(
    httpServer(async (request, response) => {
      got.push(String(Object(JSON.parse((await bytesOf(request)).toString())).totpCode));
      const headers = { 'content-type': 'application/json', 'retry-after': String(retryAfter) };
      response.writeHead(got.length <= waits ? 429 : 200, headers).end('{"success":false}');
    }),
  );
  const content = targetAt(`http://127.0.0.1:${port}/v2`, { allow: { stateChanges: true } });
  const run = await connecting(content);
  const connect = async () => {
    const connection = await run.open();
    let now = 1_700_000_010_000;
    vi.spyOn(connection.clock, 'now').mockImplementation(() => now);
    vi.spyOn(connection.waiter, 'letPass').mockImplementation(async (ms) => {
      now += ms;
    });
    return connection;
  };
  return { got, connect };
}

const verify = ({ api }: Connection, totpCode: string) =>
  api.call('VerifySupportUserTotp', { json: { totpCode } });

async function codeFor(retryAfter?: number) {
  const { got, connect } = await asking(1, retryAfter);
  const connection = await connect();
  const key = new Authenticator({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' });
  return { got, connection, key, code: await connection.codes.unused(key) };
}

test('a code that is too old after a wait is replaced, from then on too', async () => {
  const { got, connection, key, code } = await codeFor();

  await verify(connection, code);
  await verify(connection, code);

  expect(got).toEqual([code, key.codeAt(key.stepAt(1_700_000_041_000)), got[1]]);
  expect(got[1]).not.toBe(code);
});

test.each([false, true])('a code that is still current is kept (answered: %s)', async (isSpent) => {
  const { got, connection, code } = await codeFor(3);
  if (isSpent) connection.codes.spend(code);

  await verify(connection, code);

  expect(got).toEqual([code, code]);
});

test('a code of the previous step is replaced by one of the previous step', async () => {
  const { got, connection, key } = await codeFor();

  await verify(connection, connection.codes.at(key, -1));

  expect(got[1]).toBe(key.codeAt(key.stepAt(1_700_000_041_000) - 1));
});

test('a code that was answered before is not replaced by a fresh one', async () => {
  const { got, connection, code } = await codeFor();
  connection.codes.spend(code);

  await expect(verify(connection, code)).rejects.toThrow(ArrangeError);
  expect(got).toEqual([code]);
});

test('failed attempts of several connections are counted in a file of the state folder', async () => {
  const { connect } = await asking(0);
  for (let run = 0; run < 3; run += 1) await verify(await connect(), '123456');

  await expect(verify(await connect(), '123456')).rejects.toThrow(NotAllowedError);
  const { journal } = await connect();
  expect(JSON.parse(readFileSync(join(journal.folder, 'attempts.json'), 'utf8'))).toMatchObject({
    supportUser: { count: 3 },
  });
});
