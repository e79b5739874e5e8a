import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** When in the life of a request the suite is stopped. */
export type Phase = 'before it is passed on' | 'before its answer is passed on' | 'after its answer';

export interface Moment {
  /** The n-th request from now, counted from 1. */
  readonly request: number;
  readonly phase: Phase;
  /** After an answer: how many milliseconds. */
  readonly delayMs: number;
}

/** Stands before an emulator, counts requests, and does something at one of them. */
export class KillingProxy {
  readonly #server: http.Server;
  #count = 0;
  #moment: Moment | undefined;
  #act: () => Promise<void> = async () => {};
  #at = '';
  readonly #target: URL;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = http.createServer((request, response) => {
      this.#pass(request, response).catch(() => response.destroy());
    });
  }

  static async before(target: string): Promise<KillingProxy> {
    const proxy = new KillingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get baseUrl(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('The proxy listens nowhere.');
    return `http://127.0.0.1:${address.port}${this.#target.pathname}`;
  }

  /** Requests since {@link arm}. */
  get count(): number {
    return this.#count;
  }

  /** Method and path of the request at which it acted; empty before. */
  get at(): string {
    return this.#at;
  }

  /** @param act done once, at the moment; without one, requests are only counted */
  arm(moment?: Moment, act: () => Promise<void> = async () => {}): void {
    this.#count = 0;
    this.#at = '';
    this.#moment = moment;
    this.#act = act;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#count += 1;
    const moment = this.#moment?.request === this.#count ? this.#moment : undefined;
    if (moment !== undefined) this.#at = `${request.method} ${request.url}`;
    if (moment?.phase === 'before it is passed on') {
      await this.#act();
      response.destroy();
      return;
    }
    const answer = await this.#forward(request, await bytesOf(request));
    const content = await bytesOf(answer);
    if (moment?.phase === 'before its answer is passed on') {
      await this.#act();
      response.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(content);
    if (moment === undefined) return;
    await pause(moment.delayMs);
    await this.#act();
  }

  #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { hostname, port } = this.#target;
    return new Promise((resolve, reject) => {
      http.request({ hostname, port, method, path: url, headers }, resolve).once('error', reject).end(body);
    });
  }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
