import { createHash, type X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { TransportError } from '../../base/errors.js';
import type { Target } from '../../input/target-file/target.js';
import type { TlsSettings } from '../../input/target-file/tls.js';
import { authorities } from './authorities.js';
import { proxyFor } from './proxy.js';
import { tunnel } from './tunnel.js';
import { bearingContinue } from './unasked-continue.js';

interface TlsOptions {
  rejectUnauthorized: boolean;
  servername?: string;
  secureContext: SecureContext;
}

/** Reading a hundred authorities takes a while: done once for the settings of a target. */
const contexts = new WeakMap<TlsSettings, SecureContext>();

/** A pin names the one key to trust: it takes the place of the chain's verification. */
function isVerified(tls: TlsSettings): boolean {
  return !tls.insecure && tls.pin === undefined;
}

function contextOf(tls: TlsSettings): SecureContext {
  const known = contexts.get(tls);
  if (known !== undefined) return known;
  const context = createSecureContext({
    ...(isVerified(tls) ? { ca: [...authorities(tls.ca)] } : {}),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
  });
  contexts.set(tls, context);
  return context;
}

/** What Node's TLS needs to know of a target file's `tls` section. */
export function tlsOptions(tls: TlsSettings): TlsOptions {
  return {
    rejectUnauthorized: isVerified(tls),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    secureContext: contextOf(tls),
  };
}

/** The error for a connected socket whose key is not the pinned one; undefined when all is well. */
export function pinProblem(socket: unknown, pin: string | undefined): TransportError | undefined {
  if (pin === undefined || !(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerX509Certificate();
  const found = certificate === undefined ? 'none' : spkiPin(certificate);
  if (found === pin) return undefined;
  return new TransportError(
    `The server's key is not the pinned one: tls.pin is ${pin}, the server's is ${found}. ` +
      'Either this is another server, or its certificate was renewed: then set the new pin.',
  );
}

/** SHA-256 of the SubjectPublicKeyInfo, Base64 (RFC 7469 2.4). */
export function spkiPin(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

/**
 * undici's connector to a target, with its TLS settings and the environment's proxy; the pin is checked before
 * anything is sent.
 *
 * @throws ConfigurationError where the environment names no usable proxy
 */
export function connectorOf(
  { baseUrl, tls }: Pick<Target, 'baseUrl' | 'tls'>,
  timeoutMs: number,
): buildConnector.connector {
  const url = new URL(baseUrl);
  const isSecure = url.protocol === 'https:';
  const connect = buildConnector({
    // Plain HTTP needs no authorities, which take a while to read.
    ...(isSecure ? tlsOptions(tls) : {}),
    timeout: timeoutMs,
    // A resumed session doesn't show the certificate again.
    maxCachedSessions: tls.pin === undefined ? 100 : 0,
  });
  const pinned: buildConnector.connector = (options, callback) =>
    connect(options, (...args) => {
      const [error, socket] = args;
      if (error !== null) return callback(error, null);
      const problem = pinProblem(socket, tls.pin);
      if (problem === undefined) return callback(null, bearingContinue(socket));
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
          : callback(null, bearingContinue(socket)),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}
