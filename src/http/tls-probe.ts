import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ArrangeError, TransportError } from '../errors.js';
import type { Target } from '../target-file/target.js';
import { inWords } from './transport-errors.js';

type Probed = Pick<Target, 'baseUrl' | 'tls' | 'limits'>;

/**
 * Whether the target agrees to TLS 1.0 or 1.1. Nothing is sent after the handshake. A firewall may drop an old one
 * without a word: that accepts nothing, where the target is known to answer to others.
 *
 * @throws ArrangeError where this machine doesn't speak them; TransportError where no connection comes about
 */
export function acceptsOldTls(target: Probed): Promise<boolean> {
  const url = new URL(target.baseUrl);
  const { tls } = target;
  const timeoutMs = target.limits.requestTimeoutMs;
  const { host, port, servername } = placeOf(url);
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      host,
      port,
      ...servername,
      ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
      // Whose certificate it is, the run itself has made sure of.
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
            new ArrangeError('This machine speaks neither TLS 1.0 nor 1.1 itself: they cannot be tried.'),
          );
        } else if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UNREACH/.test(text)) {
          reject(new TransportError(inWords(error, url, timeoutMs)));
        } else resolve(false);
      }),
    );
    socket.once('close', () => end(() => resolve(false)));
  });
}

/**
 * The status by which the port of an HTTPS target answers a plain HTTP request without credentials; undefined
 * where it answers with anything else, or not at all.
 */
export function plainHttpStatus(target: Probed, path: string): Promise<number | undefined> {
  const url = new URL(target.baseUrl);
  const { host, port } = placeOf(url);
  return new Promise((resolve) => {
    let received = '';
    const statusOf = () => {
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(received)?.[1];
      return status === undefined ? undefined : Number(status);
    };
    const socket = connectPlain({ host, port }, () =>
      socket.write(`GET ${url.pathname}${path} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`),
    );
    const end = endsOnce(socket, target.limits.requestTimeoutMs, () => resolve(statusOf()));
    socket.on('data', (chunk: Buffer) => {
      received = (received + chunk.toString('latin1')).slice(0, 1_000);
      if (received.includes('\r\n')) end(() => resolve(statusOf()));
    });
    socket.once('error', () => end(() => resolve(statusOf())));
    socket.once('close', () => end(() => resolve(statusOf())));
  });
}

function placeOf(url: URL): { host: string; port: number; servername: { servername?: string } } {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  return { host, port: url.port === '' ? 443 : Number(url.port), servername };
}

/** The first end counts; the socket goes with it, and so does the deadline. */
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
