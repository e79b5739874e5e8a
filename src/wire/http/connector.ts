import { createHash, type X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import { defined } from '../../base/defined.js';
import { TransportError } from '../../base/errors.js';
import { undici } from '../../base/libraries.js';
import type { Target } from '../../input/target-file/target.js';
import type { TlsSettings } from '../../input/target-file/tls.js';
import { authorities } from './authorities.js';
import { proxyFor, tunnel } from './proxy.js';
import { afterInterim, mayBeInterim } from './raw-answer.js';

const contexts = new WeakMap<TlsSettings, SecureContext>();

/** A pin replaces the verification of the chain. */
const isVerified = (tls: TlsSettings): boolean => !tls.insecure && tls.pin === undefined;

function contextOf(tls: TlsSettings): SecureContext {
  const known = contexts.get(tls);
  if (known !== undefined) return known;
  const context = createSecureContext({
    ...(isVerified(tls) ? { ca: [...authorities(tls.ca)] } : {}),
    ...defined({ cert: tls.cert, key: tls.key?.reveal() }),
  });
  contexts.set(tls, context);
  return context;
}

export function tlsOptions(tls: TlsSettings) {
  return defined({
    rejectUnauthorized: isVerified(tls),
    servername: tls.serverName,
    secureContext: contextOf(tls),
  });
}

export function pinProblem(socket: unknown, pin: string | undefined): TransportError | undefined {
  if (pin === undefined || !(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerX509Certificate();
  const found = certificate === undefined ? 'none' : spkiPin(certificate);
  if (found === pin) return undefined;
  return new TransportError(
    `The server's key is not the pinned one: tls.pin is ${pin}, the server's is ${found}. ` +
      'Either this is another server, or its certificate was renewed: then set the new pin.',
    false,
  );
}

/** SHA-256 of the SubjectPublicKeyInfo in Base64 (RFC 7469 2.4). */
export function spkiPin(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

/** Connects through the environment's proxy, and checks the pin. */
export function connectorOf(
  { baseUrl, tls }: Pick<Target, 'baseUrl' | 'tls'>,
  timeoutMs: number,
): buildConnector.connector {
  const url = new URL(baseUrl);
  const isSecure = url.protocol === 'https:';
  const connect = undici().buildConnector({
    // Plain HTTP needs no authorities, which are slow to parse.
    ...(isSecure ? tlsOptions(tls) : {}),
    timeout: timeoutMs,
    // A resumed TLS session doesn't show the certificate, so the pin could not be checked.
    maxCachedSessions: tls.pin === undefined ? 100 : 0,
  });
  const pinned: buildConnector.connector = (options, callback) =>
    connect(options, (...args) => {
      const [error, socket] = args;
      if (error !== null) return callback(error, null);
      const problem = pinProblem(socket, tls.pin);
      if (problem === undefined) return callback(null, ignoringContinue(socket));
      socket.destroy();
      callback(problem, null);
    });
  const proxy = proxyFor(url);
  if (proxy === undefined) return pinned;
  return (options, callback) => {
    const port = Number(options.port || (isSecure ? 443 : 80));
    tunnel(proxy, options.hostname.replace(/^\[|\]$/g, ''), port, timeoutMs).then(
      (socket) =>
        isSecure
          ? pinned({ ...options, httpSocket: socket }, callback)
          : callback(null, ignoringContinue(socket)),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

/** undici's limit. */
const longestHead = 16_384;

/** Removes an unasked `100 Continue`, on which undici fails. Looks only where an answer may begin. */
export function ignoringContinue<Stream extends Pick<Socket, 'read' | 'bytesWritten'>>(
  socket: Stream,
): Stream {
  const read = socket.read.bind(socket);
  let held: Buffer = Buffer.alloc(0);
  let isAnswering = false;
  let written = 0;
  socket.read = (size?: number): unknown => {
    for (;;) {
      const chunk: unknown = read(size);
      if (!Buffer.isBuffer(chunk)) return chunk;
      // Requests are not pipelined.
      if (socket.bytesWritten !== written) isAnswering = false;
      written = socket.bytesWritten;
      if (isAnswering) return chunk;
      const { before, rest } = afterInterim(Buffer.concat([held, chunk]));
      isAnswering = rest.length >= longestHead || !mayBeInterim(rest);
      held = isAnswering ? Buffer.alloc(0) : rest;
      const bytes = isAnswering ? Buffer.concat([before, rest]) : before;
      if (bytes.length > 0) return bytes;
    }
  };
  return socket;
}
