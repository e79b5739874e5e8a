import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { ArrangeError, NotAllowedError } from '../../src/base/errors.js';
import type { Connection } from '../../src/target/connection/connection.js';
import { Authenticator } from '../../src/wire/otp/authenticator.js';
import { httpServer, listen } from '../cli/servers.js';
import { targetAt } from '../cli/suite.js';
import { connecting } from '../connection/emulated.js';

const authenticator = () => new Authenticator({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' });

/** A target that asks to wait `waits` times, and records all codes that it gets. */
async function asking(waits: number, retryAfter = 31) {
  const got: string[] = [];
  const { port } = await listen(
    httpServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      got.push(String(Object(JSON.parse(text)).totpCode));
      const status = got.length <= waits ? 429 : 200;
      response
        .writeHead(status, { 'content-type': 'application/json', 'retry-after': String(retryAfter) })
        .end('{"success":false}');
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

test('a code that is too old after a wait is made again, and stands for the first one from then on', async () => {
  const { got, connect } = await asking(1);
  const connection = await connect();
  const key = authenticator();
  const code = await connection.codes.unused(key);

  await verify(connection, code);
  await verify(connection, code);

  expect(got).toEqual([code, key.codeAt(key.stepAt(1_700_000_041_000)), got[1]]);
  expect(got[1]).not.toBe(code);
});

test('a code that is as good after a wait stays', async () => {
  const { got, connect } = await asking(1, 3);
  const connection = await connect();
  const code = await connection.codes.unused(authenticator());

  await verify(connection, code);

  expect(got).toEqual([code, code]);
});

test('a code of the step before is one of the step before again, a wrong one is wrong again', async () => {
  const { got, connect } = await asking(1);
  const connection = await connect();
  const key = authenticator();

  await verify(connection, connection.codes.at(key, -1));

  expect(got[1]).toBe(key.codeAt(key.stepAt(1_700_000_041_000) - 1));
});

test('a code that was answered before is not replaced by a fresh one', async () => {
  const { got, connect } = await asking(1);
  const connection = await connect();
  const code = await connection.codes.unused(authenticator());
  connection.codes.spend(code);

  await expect(verify(connection, code)).rejects.toThrow(ArrangeError);
  expect(got).toEqual([code]);
});

test('a code that was answered before is sent again within its step', async () => {
  const { got, connect } = await asking(1, 3);
  const connection = await connect();
  const code = await connection.codes.unused(authenticator());
  connection.codes.spend(code);

  await verify(connection, code);

  expect(got).toEqual([code, code]);
});

test('failed attempts count over several connections, in a file of the state folder', async () => {
  const { connect } = await asking(0);
  for (let run = 0; run < 3; run += 1) await verify(await connect(), '123456');

  await expect(verify(await connect(), '123456')).rejects.toThrow(NotAllowedError);
  const { journal } = await connect();
  expect(JSON.parse(readFileSync(join(journal.folder, 'attempts.json'), 'utf8'))).toMatchObject({
    supportUser: { count: 3 },
  });
});
