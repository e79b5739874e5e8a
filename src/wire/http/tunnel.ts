import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TransportError } from '../../base/errors.js';
import { authorityOf, serverNameOf } from './address.js';
import { authorities } from './authorities.js';
import type { ForwardProxy } from './proxy.js';

const largestAnswer = 16 * 1024;

/**
 * Connects by CONNECT (RFC 9110 9.3.6), even for plain HTTP: a proxy that rewrites requests would be judged
 * instead of the target. @throws TransportError in words, within `timeoutMs`
 */
export function tunnel(proxy: ForwardProxy, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const at = { host: proxy.host, port: proxy.port };
  const authority = authorityOf(host, port);
  return new Promise((resolve, reject) => {
    const socket = proxy.secure
      ? connectTls({ ...at, ca: [...authorities()], ...serverNameOf(proxy.host) })
      : connectPlain(at);
    let received = Buffer.alloc(0);
    const fail = (what: string) => {
      clearTimeout(deadline);
      socket.destroy();
      reject(new TransportError(`No connection to ${authority}: the proxy ${proxy.name} ${what}.`));
    };
    const deadline = setTimeout(() => fail(`did not open one within ${timeoutMs} ms`), timeoutMs);
    const onError = (error: NodeJS.ErrnoException) =>
      fail(`could not be reached (${error.code ?? error.message})`);
    const onEnd = () => fail('closed the connection without an answer');
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) {
        if (received.length > largestAnswer) fail('does not answer as a proxy does');
        return;
      }
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(received.toString('latin1'))?.[1];
      if (status === undefined) return fail('does not answer as a proxy does');
      if (!status.startsWith('2')) return fail(refusal(status, proxy));
      clearTimeout(deadline);
      socket.off('error', onError).off('close', onEnd).off('data', onData).pause();
      const rest = received.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      resolve(socket);
    };
    socket.once(proxy.secure ? 'secureConnect' : 'connect', () => {
      const authorization =
        proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`;
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`);
    });
    socket.on('error', onError).on('close', onEnd).on('data', onData);
  });
}

function refusal(status: string, proxy: ForwardProxy): string {
  if (status !== '407') return `refused it with ${status}: NO_PROXY excepts hosts that need none`;
  return proxy.authorization === undefined
    ? 'wants credentials (407): write them into the variable, http://USER:PASSWORD@HOST:PORT'
    : 'does not accept the credentials of its variable (407)';
}
