import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { sendRaw } from '../../src/http/raw-socket.js';

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** What sendRaw gets from a server that answers these bytes and closes. */
async function answerOf(bytes: string) {
  const server = createServer((socket) => socket.once('data', () => socket.end(bytes)).on('error', () => {}));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const url = `http://127.0.0.1:${address.port}/v2/mfa-config`;
  const target = { tls: { insecure: false }, limits: { requestTimeoutMs: 10_000, settleMs: 0 } };
  return sendRaw(target, { method: 'GET', url, headers: {} });
}

describe('an answer byte for byte', () => {
  test('is the one after interim answers, however many', async () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nlink: </help>\r\n\r\n'.repeat(50_000);

    const { status, rest } = await answerOf(`${interim}HTTP/1.1 204 No Content\r\n\r\nmore`);

    expect([status, rest.toString()]).toEqual([204, 'more']);
  });

  test('is 101 itself: no HTTP follows it', async () => {
    const { status } = await answerOf('HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n\r\n');

    expect(status).toBe(101);
  });

  test('has repeated fields joined by a comma', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nconstructor: a\r\ncontent-length:\t3 \r\n\r\n';

    const { headers } = await answerOf(`${head}abc`);

    expect(headers).toEqual({ 'content-length': '2, 3', constructor: 'a' });
  });
});
