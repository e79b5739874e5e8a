import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { defined } from '../../base/defined.js';
import { ArrangeError, TransportError } from '../../base/errors.js';
import { parsedJson } from '../../base/shape.js';
import type { Target } from '../../input/target-file/target.js';
import { addressOf, serverNameOf } from './address.js';
import { decoded } from './content-coding.js';
import { framed, isWholeAnswer, rawAnswerIn } from './raw-answer.js';
import { inWords } from './transport-errors.js';

type Probed = Pick<Target, 'baseUrl' | 'tls' | 'limits'>;

/**
 * Whether the target accepts TLS 1.0 or 1.1. It sends nothing after the handshake. Silence on an open
 * connection counts as refusal, since firewalls drop old handshakes.
 *
 * @throws ArrangeError if this machine does not support them; TransportError if it can't connect
 */
export function acceptsOldTls(target: Probed): Promise<boolean> {
  const url = new URL(target.baseUrl);
  const { tls } = target;
  const timeoutMs = target.limits.requestTimeoutMs;
  const { host, port } = addressOf(url);
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      host,
      port,
      ...serverNameOf(host),
      ...defined({ servername: tls.serverName, cert: tls.cert, key: tls.key?.reveal() }),
      // The run has already verified the certificate.
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    let isConnected = false;
    socket.once('connect', () => {
      isConnected = true;
    });
    const end = endsOnce(socket, timeoutMs, () => {
      if (isConnected) resolve(false);
      else reject(new TransportError(inWords(new Error('aborted due to timeout'), url, timeoutMs)));
    });
    socket.once('secureConnect', () => {
      const isOld = ['TLSv1', 'TLSv1.1'].includes(socket.getProtocol() ?? '');
      end(() => resolve(isOld));
    });
    socket.once('error', (error) =>
      end(() => {
        const text = `${'code' in error ? String(error.code) : ''} ${error.message}`;
        if (/NO_PROTOCOLS_AVAILABLE|no protocols available|NO_CIPHERS/i.test(text)) {
          reject(
            new ArrangeError("This machine supports no TLS before 1.2, so older versions can't be tried."),
          );
        } else if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UNREACH/.test(text)) {
          reject(new TransportError(inWords(error, url, timeoutMs)));
        } else resolve(false);
      }),
    );
    socket.once('close', () => end(() => resolve(false)));
  });
}

/** In bytes; more than any expected answer. */
const largest = 64 * 1024;

/**
 * The status if the API itself answers anonymous plain HTTP at an HTTPS target's port: a JSON success, 401 or
 * 403.
 *
 * Undefined without an answer, or if a server before the API answers: with 400, a redirect, or an HTML page
 * that demands HTTPS.
 */
export function plainHttpStatus(target: Probed, path: string): Promise<number | undefined> {
  const url = new URL(target.baseUrl);
  const { host, port } = addressOf(url);
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connectPlain({ host, port }, () =>
      socket.write(`GET ${url.pathname}${path} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`),
    );
    const finish = () => resolve(statusOfApi(received));
    const end = endsOnce(socket, target.limits.requestTimeoutMs, finish);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length > largest || isWholeAnswer('GET', received)) end(finish);
    });
    socket.once('error', () => end(finish));
    socket.once('close', () => end(finish));
  });
}

function statusOfApi(received: Buffer): number | undefined {
  const answer = rawAnswerIn(received);
  if (answer === undefined) return undefined;
  const { status, headers, rest } = answer;
  if (status >= 300 && status !== 401 && status !== 403) return undefined;
  const content = framed(headers, rest)?.content;
  return content !== undefined && isJsonObject(decoded(headers, content, largest).content)
    ? status
    : undefined;
}

function isJsonObject(bytes: Buffer): boolean {
  const value = parsedJson(bytes.toString());
  return typeof value === 'object' && value !== null;
}

/** Ends the socket and the deadline at the first call only. */
function endsOnce(socket: Socket, timeoutMs: number, onTimeout: () => void): (finish: () => void) => void {
  let ended = false;
  const end = (finish: () => void) => {
    if (ended) return;
    ended = true;
    clearTimeout(deadline);
    socket.destroy();
    finish();
  };
  const deadline = setTimeout(() => end(onTimeout), timeoutMs);
  return end;
}
