import http from 'node:http';
import https from 'node:https';
import net, { type Socket } from 'node:net';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';
import type { TlsSettings } from '../../src/input/target-file/tls.js';
import { type SendOptions, Transport } from '../../src/wire/http/transport.js';
import { listen } from '../cli/servers.js';

interface ProxyOptions {
  readonly status?: number;
  readonly needs?: string;
  /** For a proxy that is itself reached by HTTPS. */
  readonly tls?: Pair;
}

/** A CONNECT proxy that leads every name to loopback. It answers other requests with 418. */
export async function connectProxy(options: ProxyOptions = {}) {
  /** `HOST:PORT` of each CONNECT request. */
  const asked: string[] = [];
  const server = options.tls ? https.createServer(options.tls) : http.createServer();
  server.on('request', (_request, response: http.ServerResponse) => response.writeHead(418).end());
  server.on('connect', (request: http.IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(request.url ?? '');
    const given = request.headers['proxy-authorization'];
    socket.on('error', () => undefined);
    const refused = options.needs !== undefined && given !== options.needs ? 407 : options.status;
    if (refused !== undefined) return void socket.end(`HTTP/1.1 ${refused} No\r\n\r\n`);
    const port = Number(request.url?.split(':').at(-1));
    const far = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
      far.write(head);
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy());
    socket.on('close', () => far.destroy());
  });
  const { port } = await listen(server);
  return { port, asked };
}

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export async function certificateFor(name: string): Promise<Pair> {
  const isAddress = net.isIP(name) !== 0;
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [isAddress ? { type: 7, ip: name } : { type: 2, value: name }] },
    ],
  });
  return { cert, key };
}

/**
 * Returns a transport that closes when the test ends, with its target and a request to it. @param now the
 * transport's clock
 */
export function transportTo(
  baseUrl: string,
  tls: Partial<TlsSettings> = {},
  requestTimeoutMs = 10_000,
  now?: () => number,
) {
  const target = { baseUrl, tls: { insecure: false, ...tls }, limits: { requestTimeoutMs, settleMs: 0 } };
  const transport = new Transport(target, now);
  onTestFinished(() => transport.close());
  const request = { method: 'GET', url: `${baseUrl}/x`, headers: {} };
  return { target, request, send: (options: SendOptions = {}) => transport.send(request, options) };
}
