import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';
import type { OnEnd } from '../tool/processes.js';

/** Listens on loopback until the test ends. */
export async function listen(server: Server, onEnd: OnEnd = onTestFinished, port = 0) {
  const open = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => {}).once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onEnd(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (!isAddress(address)) throw new Error('The server listens nowhere.');
  return { port: address.port, connections: () => connections };
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

export function answering(status: number, type: string, body: string): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': type }).end(body);
  };
}

export const httpServer = (listener: RequestListener): Server => http.createServer(listener);

export async function selfSigned(listener: RequestListener): Promise<Server> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
  return https.createServer({ cert, key }, listener);
}

export const tcpServer = (onConnection: (socket: Socket) => void): Server => net.createServer(onConnection);

export async function unusedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!isAddress(address)) throw new Error('No port was free.');
  return address.port;
}

export function flooding(bytes: number): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' });
    const chunk = Buffer.alloc(256 * 1024, '[');
    let left = bytes;
    const more = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  };
}
