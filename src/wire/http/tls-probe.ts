import { connect as connectTls } from 'node:tls';
import { defined } from '../../base/defined.js';
import { ArrangeError, codeOf, ignoring, TransportError } from '../../base/errors.js';
import { parsedJson } from '../../base/shape.js';
import type { Target } from '../../input/target-file/target.js';
import { addressOf, authorityOf, serverNameOf } from './address.js';
import { decoded } from './content-coding.js';
import { framed } from './raw-answer.js';
import { sendRaw } from './raw-socket.js';
import { largestBody } from './transport.js';
import { inWords } from './transport-errors.js';

type Probed = Pick<Target, 'baseUrl' | 'tls' | 'limits'>;

/**
 * Tells whether the target accepts TLS 1.0 or 1.1. Silence counts as no: firewalls drop old handshakes.
 * @throws ArrangeError if this machine supports no such version; TransportError if it can't connect
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
    const end = (settle: () => void) => {
      clearTimeout(deadline);
      settle();
      socket.destroy();
    };
    const deadline = setTimeout(() => {
      const late = new TransportError(inWords(new Error('aborted due to timeout'), url, timeoutMs));
      end(() => (socket.connecting ? reject(late) : resolve(false)));
    }, timeoutMs);
    socket.once('secureConnect', () => {
      const isOld = ['TLSv1', 'TLSv1.1'].includes(socket.getProtocol() ?? '');
      end(() => resolve(isOld));
    });
    socket.once('error', (error) => {
      const text = `${codeOf(error)} ${error.message}`;
      if (/NO_PROTOCOLS_AVAILABLE|no protocols available|NO_CIPHERS/i.test(text)) {
        const why = "This machine supports no TLS before 1.2, so older versions can't be tried.";
        end(() => reject(new ArrangeError(why)));
      } else if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UNREACH/.test(text)) {
        end(() => reject(new TransportError(inWords(error, url, timeoutMs))));
      } else end(() => resolve(false));
    });
    socket.once('close', () => end(() => resolve(false)));
  });
}

/** Returns the status if the API itself answers plain HTTP, not a server in front of it. */
export async function plainHttpStatus(target: Probed, path: string): Promise<number | undefined> {
  const url = new URL(target.baseUrl);
  const { host, port } = addressOf(url);
  const plain = `http://${authorityOf(host, port)}${url.pathname}${path}`;
  const sent = sendRaw(target, { method: 'GET', url: plain, headers: {} }, 0);
  const answer = await sent.catch(ignoring(TransportError));
  if (answer === undefined) return undefined;
  const { status, headers, rest } = answer;
  if (status >= 300 && status !== 401 && status !== 403) return undefined;
  const { content } = framed(headers, rest) ?? {};
  if (content === undefined) return undefined;
  const json = parsedJson(decoded(headers, content, largestBody).content.toString());
  return typeof json === 'object' && json !== null ? status : undefined;
}
