import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TransportError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import type { Target } from '../../input/target-file/target.js';
import { addressOf, serverNameOf } from './address.js';
import { pinProblem, tlsOptions } from './connector.js';
import { proxyFor, tunnel } from './proxy.js';
import { isWholeAnswer, type RawAnswer, rawAnswerIn } from './raw-answer.js';
import type { WireRequest } from './transport.js';
import { howItBroke, inWords, isTimeout, neverSent, tooLarge } from './transport-errors.js';

const largest = 5 * 1024 * 1024;

/** Parsing all bytes after each packet would take quadratic time. */
const leastPauseMs = 5;
const longestPauseMs = 250;

/**
 * Sends on a new connection, with `Connection: close` unless the request has this field. Reads until the
 * server closes, or for `lingerMs` after the answer is complete.
 * @throws TransportError within the request timeout
 */
export async function sendRaw(
  target: Pick<Target, 'tls' | 'limits'>,
  request: WireRequest,
  lingerMs = 300,
): Promise<RawAnswer> {
  const url = new URL(request.url);
  const timeoutMs = target.limits.requestTimeoutMs;
  const startedAt = steadyNow();
  const { host, port } = addressOf(url);
  const proxy = proxyFor(url);
  const through = proxy === undefined ? undefined : await tunnel(proxy, host, port, timeoutMs);
  return new Promise((resolve, reject) => {
    let linger: NodeJS.Timeout | undefined;
    const socket = open(url, target, through, () => {
      const problem = pinProblem(socket, target.tls.pin);
      if (problem === undefined) socket.write(bytesOf(request, url));
      else end(problem);
    });
    const deadline = setTimeout(
      // A complete answer counts even before the linger time is over.
      () => end(linger === undefined ? new Error('aborted due to timeout') : undefined),
      Math.max(0, startedAt + timeoutMs - steadyNow()),
    );
    const chunks: Buffer[] = [];
    let size = 0;
    let reading: NodeJS.Timeout | undefined;
    let pauseMs = leastPauseMs;
    const end = (problem: unknown = new Error('other side closed')) => {
      for (const timer of [deadline, linger, reading]) clearTimeout(timer);
      socket.destroy();
      through?.destroy();
      if (problem instanceof TransportError) return reject(problem);
      const received = Buffer.concat(chunks);
      const isLate = isTimeout(problem);
      const answer = isLate ? undefined : rawAnswerIn(received);
      if (answer !== undefined) return resolve(answer);
      const error = isHttp(received) ? problem : new Error('HTTPParserError');
      const words = inWords(error, url, timeoutMs, true, size === 0 ? '' : `${size} bytes of it`);
      reject(new TransportError(words, !neverSent(error), howItBroke(error)));
    };
    const read = () => {
      reading = undefined;
      const readAt = steadyNow();
      const received = Buffer.concat(chunks);
      if (!isHttp(received)) return end();
      if (linger === undefined && isWholeAnswer(request.method, received))
        linger = setTimeout(() => end(), lingerMs);
      pauseMs = Math.min(leastPauseMs + 4 * (steadyNow() - readAt), longestPauseMs);
    };
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > largest) return end(new TransportError(tooLarge(url, largest)));
      reading ??= setTimeout(read, pauseMs);
    });
    socket.on('error', end);
    socket.on('end', () => end());
    socket.on('close', () => end());
  });
}

function isHttp(received: Buffer): boolean {
  const start = 'HTTP/1.';
  return start.startsWith(received.toString('latin1', 0, start.length));
}

function open(url: URL, target: Pick<Target, 'tls'>, through: Socket | undefined, ready: () => void): Socket {
  const { host, port } = addressOf(url);
  if (url.protocol !== 'https:') {
    if (through === undefined) return connectPlain({ host, port }, ready);
    // The caller has to add its listeners first.
    setImmediate(() => {
      through.resume();
      ready();
    });
    return through;
  }
  const over = through === undefined ? {} : { socket: through };
  return connectTls({ host, port, ...over, ...serverNameOf(host), ...tlsOptions(target.tls) }, ready);
}

function bytesOf(request: WireRequest, url: URL): Buffer {
  const body = Buffer.from(request.body ?? '');
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const isChunked = request.headers['Transfer-Encoding'] !== undefined;
  const length = request.body === undefined || isChunked ? '' : `Content-Length: ${body.length}\r\n`;
  const close = request.headers['Connection'] === undefined ? 'Connection: close\r\n' : '';
  const head = `${request.method} ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n`;
  return Buffer.concat([Buffer.from(`${head}${headers.join('')}${length}${close}\r\n`), body]);
}
