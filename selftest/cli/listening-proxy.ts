import http, { type IncomingMessage } from 'node:http';
import { listen } from './servers.js';

/** Members of bodies whose values are secrets, as the API document names them. */
const secretMembers = new Set([
  'password',
  'currentPassword',
  'supportUserPassword',
  'sessionId',
  'accessToken',
  'totpSecretKey',
  'totpUri',
  'referenceId',
]);

/** Stands between the suite and its target and records every secret that passes. */
export class ListeningProxy {
  readonly secrets = new Set<string>();
  requests = 0;

  private constructor(readonly baseUrl: string) {}

  static async before(
    target: string,
    onEnd: (end: () => void | Promise<void>) => void,
  ): Promise<ListeningProxy> {
    const { hostname, port, pathname } = new URL(target);
    let proxy: ListeningProxy | undefined;
    const server = http.createServer(async (request, response) => {
      const body = await bodyOf(request);
      proxy?.hear(body);
      const { method, url, headers } = request;
      const forward = http.request({ hostname, port, method, path: url, headers }, async (answer) => {
        const answered = await bodyOf(answer);
        proxy?.hear(answered);
        response.writeHead(answer.statusCode ?? 502, answer.headers).end(answered);
      });
      forward.once('error', () => response.destroy());
      forward.end(body);
    });
    const listening = await listen(server, onEnd);
    proxy = new ListeningProxy(`http://127.0.0.1:${listening.port}${pathname}`);
    return proxy;
  }

  /** Only secrets that can be searched for: a random body may have a single letter as its password. */
  get told(): string[] {
    return [...this.secrets].filter((secret) => new Set(secret).size > 1);
  }

  hear(body: Buffer): void {
    this.requests += 1;
    try {
      this.#walk(JSON.parse(body.toString()));
    } catch {}
  }

  #walk(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === 'string' && secretMembers.has(name)) this.#note(inner);
      else this.#walk(inner);
    }
  }

  #note(secret: string): void {
    // A made-up credential is not secret and may occur in any text.
    if (secret.length >= 8 && !/[\s']/.test(secret)) this.secrets.add(secret);
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
