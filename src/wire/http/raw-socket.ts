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
import { howItBroke, inWords, neverSent, tooLarge } from './transport-errors.js';

const largest = 5 * 1024 * 1024;

/**
 * Sends a request on its own connection, with `Connection: close` unless it says otherwise. It reads until the
 * server closes the connection, or for `lingerMs` after the declared end.
 *
 * @throws TransportError in words, within the target file's request timeout
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
      // A complete answer counts even if the linger time is not over.
      () => end(linger === undefined ? timedOut(url, timeoutMs) : undefined),
      Math.max(0, startedAt + timeoutMs - steadyNow()),
    );
    let received = Buffer.alloc(0);
    const end = (error?: unknown) => {
      clearTimeout(deadline);
      clearTimeout(linger);
      socket.destroy();
      through?.destroy();
      if (error instanceof TransportError) return reject(error);
      const answer = rawAnswerIn(received);
      if (answer !== undefined) return resolve(answer);
      const words = inWords(error ?? new Error('other side closed'), url, timeoutMs);
      reject(new TransportError(words, !neverSent(error), howItBroke(error)));
    };
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length > largest) return end(new TransportError(tooLarge(url, largest)));
      if (linger === undefined && isWholeAnswer(request.method, received)) linger = setTimeout(end, lingerMs);
    });
    socket.on('error', end);
    socket.on('end', () => end());
    socket.on('close', () => end());
  });
}

function timedOut(url: URL, timeoutMs: number): TransportError {
  return new TransportError(inWords(new Error('aborted due to timeout'), url, timeoutMs));
}

function open(url: URL, target: Pick<Target, 'tls'>, through: Socket | undefined, ready: () => void): Socket {
  const { host, port } = addressOf(url);
  if (url.protocol !== 'https:') {
    if (through === undefined) return connectPlain({ host, port }, ready);
    // The caller adds its listeners first.
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
