import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { TransportError } from '../../src/base/errors.js';
import { Transport } from '../../src/wire/http/transport.js';
import { httpServer, listen, tcpServer, unusedPort } from '../cli/servers.js';
import { rows } from '../tool/rows.js';
import { transportTo } from './proxies.js';

const requestTimeoutMs = 150;

async function setUp() {
  let silent = true;
  let requests = 0;
  let now = 1_000_000;
  const listener: RequestListener = (request, response) => {
    requests += 1;
    request.resume();
    if (!silent) response.end('{}');
  };
  const { port } = await listen(httpServer(listener));
  const { send } = transportTo(`http://127.0.0.1:${port}/v2`, {}, requestTimeoutMs, () => now);
  const answer = (yes: boolean) => {
    silent = !yes;
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { send, answer, pass, requests: () => requests };
}

async function timeouts(send: () => Promise<unknown>, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) await expect(send()).rejects.toThrow(/within 150 ms/);
}

test('after three consecutive timeouts nothing is sent for four times as long', async () => {
  const { send, answer, pass, requests } = await setUp();
  await timeouts(send, 3);
  answer(true);

  const unsent = send();

  await expect(unsent).rejects.toThrow(TransportError);
  await expect(unsent).rejects.toThrow(/stopped answering: 3 consecutive requests .* was not sent/);
  pass(4 * requestTimeoutMs - 1);
  await expect(send()).rejects.toThrow(/was not sent/);
  expect(requests()).toBe(3);
  pass(1);
  expect((await send()).status).toBe(200);
  expect(requests()).toBe(4);
});

type Sending = Awaited<ReturnType<typeof setUp>>['send'];

test.each<[string, (send: Sending) => Promise<unknown>, number]>([
  ['four timeouts at once', (send) => Promise.all([1, 2, 3, 4].map(() => timeouts(send, 1))), 5],
  ['three of odd requests', (send) => timeouts(() => send({ mayBeIgnored: true }), 3), 4],
])('%s do not make the target silent', async (_, act, times) => {
  const { send, answer, requests } = await setUp();
  await act(send);
  answer(true);

  expect((await send()).status).toBe(200);
  expect(requests()).toBe(times);
});

test('after the pause one more timeout is enough', async () => {
  const { send, pass, requests } = await setUp();
  await timeouts(send, 3);
  pass(4 * requestTimeoutMs);
  await timeouts(send, 1);

  await expect(send()).rejects.toThrow(/was not sent/);
  expect(requests()).toBe(4);
});

test('an answer in between resets the count', async () => {
  const { send, answer, requests } = await setUp();
  await timeouts(send, 2);
  answer(true);
  await send();
  answer(false);
  await timeouts(send, 2);
  answer(true);

  expect((await send()).status).toBe(200);
  expect(requests()).toBe(6);
});

test.each([
  ['a length and a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 14\r\n\r\n{"mailed":true', 204],
  ['a length and nothing', 'HTTP/1.1 204 No Content\r\nContent-Length: 14\r\n\r\n', 204],
  ['bytes after it', 'HTTP/1.1 204 No Content\r\n\r\n{"mailed":true}', 204],
  ['chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n', 204],
  ['a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 14\r\n\r\n', 304],
])('an answer without content is complete after its head, even with %s', async (_, text, status) => {
  const answer = await answered((socket) => socket.end(text));

  expect(answer).toMatchObject({ status, body: Buffer.alloc(0) });
});

const interim = 'HTTP/1.1 100 Continue\r\nX-Node: 1\r\n\r\n';
const final = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

test.each([
  ['before the answer', [`${interim}${final}`]],
  ['on its own', [interim, final]],
])('an unrequested 100 is no answer: %s', async (_, pieces) => {
  const answer = await answered(async (socket) => {
    for (const piece of pieces) await new Promise((done) => socket.write(piece, done));
  });

  expect(answer).toMatchObject({ status: 200, body: Buffer.from('{}') });
});

async function answered(send: (socket: Socket) => unknown) {
  const server = tcpServer((socket) => {
    socket.setNoDelay();
    socket.once('data', () => send(socket));
  });
  const { port } = await listen(server);
  return transportTo(`http://127.0.0.1:${port}/v2`).send({ closeAfter: true });
}

test('blanks and tabs around a value are removed', async () => {
  const text = 'HTTP/1.1 204 No Content\r\nX-Test: \t a b \t\r\n\r\n';
  const answer = await answered((socket) => socket.end(text));

  expect(answer.headers['x-test']).toBe('a b');
});

test.each(rows`
  a header section without end | HTTP/1.1 200 OK\r\nX: ${'y'.repeat(20_000)} | header section is larger than 16 KiB
  part of a body | HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{} | did not end within 150 ms .*status 200 and not all
  another protocol | ${'SSH-2.0-OpenSSH\r\n'} | not HTTP: .*another protocol\\?$
`)('the error after %s says what came', async (_, text, message) => {
  const server = tcpServer((socket) => socket.once('data', () => socket.write(text)));
  const { port } = await listen(server);

  const { send } = transportTo(`http://127.0.0.1:${port}/v2`, {}, requestTimeoutMs);

  await expect(send()).rejects.toThrow(new RegExp(message));
});

test('a credential that no header can hold is not sent, and the error says so', async () => {
  const baseUrl = `http://127.0.0.1:${await unusedPort()}/v2`;
  const limits = { requestTimeoutMs, settleMs: 0 };
  const transport = new Transport({ baseUrl, tls: { insecure: false }, limits });
  const request = { method: 'GET', url: `${baseUrl}/users`, headers: { apiKey: 'two\nlines' } };

  const error = await transport.send(request).catch((reason: unknown) => reason);
  await transport.close();

  const message = expect.stringMatching(/character .*API keys/);
  expect(error).toMatchObject({ mayHaveArrived: false, message });
});
