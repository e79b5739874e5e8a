import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Rules } from './call.js';

export function createListener(
  handler: http.RequestListener,
  tls: { readonly key: string; readonly cert: string } | undefined,
  { oldTls, plainToo }: Rules['connection'],
): http.Server | https.Server {
  if (tls === undefined) return http.createServer(handler);
  // Old versions of TLS need algorithms that the default security level forbids.
  const old = oldTls ? ({ minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const) : {};
  const secure = https.createServer({ ...tls, ...old }, handler);
  if (plainToo) alsoPlain(secure, http.createServer(handler));
  return secure;
}

/** The first byte of a TLS record that begins a handshake. */
const handshake = 0x16;

function alsoPlain(secure: https.Server, plain: http.Server): void {
  const secureListeners = secure.listeners('connection');
  secure.removeAllListeners('connection');
  secure.on('connection', (socket: Socket) => {
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      if (first[0] === handshake) for (const listener of secureListeners) listener.call(secure, socket);
      else plain.emit('connection', socket);
      setImmediate(() => socket.resume());
    });
    socket.on('error', () => socket.destroy());
  });
}
