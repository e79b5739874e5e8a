import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { listen } from '../cli/servers.js';
import type { OnEnd } from './processes.js';

export interface Passing {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Passed {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Pass = (request: Passing) => Promise<Passed>;

/** If `answer` throws, the connection is closed. @returns the base URL that stands for the target's */
export async function proxyBefore(
  target: string,
  answer: (request: Passing, pass: Pass) => Promise<Passed>,
  onEnd?: OnEnd,
): Promise<string> {
  const { hostname, port, pathname } = new URL(target);
  const pass: Pass = ({ method, url, headers, body }) =>
    new Promise((resolve, reject) => {
      const options = { hostname, port, method, path: url, headers };
      const take = (came: IncomingMessage) => {
        const { statusCode: status = 502, headers } = came;
        bytesOf(came).then((bytes) => resolve({ status, headers, body: bytes }), reject);
      };
      http.request(options, take).once('error', reject).end(body);
    });
  const server = http.createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    // The Date comes from the target's answer.
    response.sendDate = false;
    bytesOf(request)
      .then((body) => answer({ method, url, headers, body }, pass))
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch(() => response.destroy());
  });
  return `http://127.0.0.1:${(await listen(server, onEnd)).port}${pathname}`;
}

export async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
