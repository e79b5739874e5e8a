import { describe, expect, test } from 'vitest';
import { sendRaw } from '../../src/wire/http/raw-socket.js';
import { listen, tcpServer } from '../cli/servers.js';
import { rows } from '../tool/rows.js';

/** How long the suite waits on an open connection, and a longer time, in milliseconds. */
const brieflyMs = 50;
const lateMs = 200;

interface Sending {
  readonly method?: string;
  readonly timeoutMs?: number;
  readonly lingerMs?: number;
  /** Whether the server keeps the connection open. */
  readonly open?: boolean;
  readonly afterMs?: number;
}

/** The answer of sendRaw from a server that sends these bytes, the second part `afterMs` later, and closes. */
async function answerOf(
  [at, later = '']: readonly [at: string, later?: string],
  { method = 'GET', timeoutMs = 10_000, lingerMs = brieflyMs, open = false, afterMs = lateMs }: Sending = {},
) {
  const server = tcpServer((socket) =>
    socket.once('data', () => {
      const rest = () => void (open ? socket.write(later) : socket.end(later));
      socket.write(at);
      if (later === '') rest();
      else setTimeout(rest, afterMs).unref();
    }),
  );
  const { port } = await listen(server);
  const target = { tls: { insecure: false }, limits: { requestTimeoutMs: timeoutMs, settleMs: 0 } };
  return sendRaw(target, { method, url: `http://127.0.0.1:${port}/v2/mfa-config`, headers: {} }, lingerMs);
}

test('an answer byte for byte is the one after any number of interim answers', async () => {
  const interim = 'HTTP/1.1 103 Early Hints\r\nlink: </help>\r\n\r\n'.repeat(50_000);

  const { status, rest } = await answerOf([`${interim}HTTP/1.1 204 No Content\r\n\r\nmore`]);

  expect([status, rest.toString()]).toEqual([204, 'more']);
});

test('an answer byte for byte is 101 itself: no HTTP follows it', async () => {
  const { status } = await answerOf(['HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n\r\n']);

  expect(status).toBe(101);
});

test('an answer byte for byte has repeated fields joined by a comma', async () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nconstructor: a\r\ncontent-length:\t3 \r\n\r\n';

  const { headers } = await answerOf([`${head}abc`]);

  expect(headers).toEqual({ 'content-length': '2, 3', constructor: 'a' });
});

describe('content that comes a while after its header section', () => {
  const ok = 'HTTP/1.1 200 OK\r\n';
  const open = { open: true };

  test.each<[string, string, string, Sending]>([
    ['of no declared length', 'HTTP/1.0 200 OK\r\n\r\n', 'abc', {}],
    ['of no declared length, begun', `${ok}\r\na`, 'bc', {}],
    ['of a coding that does not tell its end', `${ok}Transfer-Encoding: gzip\r\n\r\na`, 'bc', {}],
    ['of a declared length', `${ok}Content-Length: 3\r\n\r\n`, 'abc', open],
    ['of a declared length, begun', `${ok}Content-Length: 3\r\n\r\na`, 'bc', open],
    ['in chunks', `${ok}Transfer-Encoding: Chunked\r\n\r\n`, '1\r\na\r\n0\r\n\r\n', open],
    ['after an interim answer', `HTTP/1.1 103 X\r\n\r\n${ok}Content-Length: 1\r\n\r\n`, 'a', open],
    ['after two lengths', `${ok}Content-Length: 3\r\nContent-Length: 4\r\n\r\n`, 'abc', open],
  ])('is read to its end: %s', async (_, head, content, sending) => {
    const { rest } = await answerOf([head, content], sending);

    const begun = head.slice(head.lastIndexOf('\r\n\r\n') + 4);
    expect(rest.toString()).toBe(begun + content);
  });

  test.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n'],
    ['GET', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ])('is not awaited without content: %s, %j', async (method, head) => {
    const { rest } = await answerOf([head, 'abc'], { method, open: true, afterMs: 10_000 });

    expect(rest.length).toBe(0);
  });
});

describe('a far end that keeps the connection open', () => {
  const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc';

  test('is listened to for a while after the declared end', async () => {
    const { rest } = await answerOf([whole, 'de'], { open: true, lingerMs: 4 * lateMs });

    expect(rest.toString()).toBe('abcde');
  });

  test('has answered if the time is up after the declared end', async () => {
    const { rest } = await answerOf([whole], { open: true, timeoutMs: lateMs, lingerMs: 4 * lateMs });

    expect(rest.toString()).toBe('abc');
  });

  test.each([
    ['declares no end', 'HTTP/1.1 200 OK\r\n\r\nabc'],
    ['does not come to its declared end', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc'],
  ])('has not answered in time if it %s', async (_, bytes) => {
    const answer = answerOf([bytes], { open: true, timeoutMs: lateMs });

    await expect(answer).rejects.toThrow(`within ${lateMs} ms`);
  });

  test('has answered in time with chunks of any size', async () => {
    const chunks = '1\r\nx\r\n'.repeat(100_000);
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { rest } = await answerOf([`${head}${chunks}0\r\n\r\n`], { open: true });

    expect(rest.length).toBe(chunks.length + 5);
  });

  test.each(rows`
    speaks another protocol | ${'SSH-2.0-OpenSSH\r\n'} | not HTTP: .*another protocol\\?$
    stops in the middle | HTTP/1.1 200 OK\r\nContent- | did not end within 200 ms .*: 25 bytes of it came
  `)('is described if it %s', async (_, bytes = '', message = '') => {
    const answer = answerOf([bytes], { open: true, timeoutMs: lateMs });

    await expect(answer).rejects.toThrow(new RegExp(message));
  });
});
