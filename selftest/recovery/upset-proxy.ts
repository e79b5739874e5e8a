import http, { type IncomingMessage } from 'node:http';
import type { TestContext } from 'vitest';
import { listen } from '../cli/servers.js';

/** A request as received; the proxy may send another one instead. */
export interface Passing {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** The proxy's own answer. */
export interface Own {
  readonly status: number;
  readonly body: object;
}

/** @returns an answer, a request to send instead, or undefined to change nothing */
export type Meddler = (request: Passing) => Own | Passing | undefined;

export const isWrite = ({ method, url }: Passing): boolean =>
  method !== 'GET' && method !== 'OPTIONS' && /\/mfa(?:-config)?$/.test(url);
export const isLogin = ({ method, url }: Passing): boolean =>
  method === 'POST' && /\/(?:sessions|access-tokens)$/.test(url);

export const isLoginWithCode = (request: Passing): boolean =>
  isLogin(request) && request.body.includes('otpCode');

/** Setting the clock leaves mailed codes valid. */
export const isLoginWithTotp = (request: Passing): boolean =>
  isLogin(request) && request.body.includes('"totp"');

/** The moment of the upset: before the n-th request of a kind, from 1, is passed on. */
export interface Moment {
  readonly of: (request: Passing) => boolean;
  readonly nth: number;
}

/** A proxy that upsets a target in the middle of a run and changes its traffic from then on. */
export class UpsetProxy {
  meddle: Meddler = () => undefined;
  upset: () => unknown = () => undefined;
  #isUpset = false;
  #count = 0;

  private constructor(
    readonly baseUrl: string,
    private readonly moment: Moment,
  ) {}

  static async before(
    target: string,
    moment: Moment,
    onEnd: TestContext['onTestFinished'],
  ): Promise<UpsetProxy> {
    const { hostname, port, pathname } = new URL(target);
    let proxy: UpsetProxy | undefined;
    const server = http.createServer(async (request, response) => {
      const { method = '', url = '', headers } = request;
      const came: Passing = { method, url, headers, body: await bodyOf(request) };
      const made = await proxy?.take(came);
      // The Date comes from the target.
      response.sendDate = false;
      if (made !== undefined && 'status' in made) {
        response
          .writeHead(made.status, { 'content-type': 'application/json' })
          .end(JSON.stringify(made.body));
        return;
      }
      const { body, ...sent } = made ?? came;
      const { 'content-length': _, 'transfer-encoding': __, ...rest } = sent.headers;
      const more = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
      const options = { hostname, port, method: sent.method, path: sent.url, headers: { ...rest, ...more } };
      const forward = http.request(options, async (answer) => {
        const answered = await bodyOf(answer);
        response.writeHead(answer.statusCode ?? 502, answer.headers).end(answered);
      });
      forward.once('error', () => response.destroy());
      forward.end(body);
    });
    const { port: own } = await listen(server, onEnd);
    proxy = new UpsetProxy(`http://127.0.0.1:${own}${pathname}`, moment);
    return proxy;
  }

  get isUpset(): boolean {
    return this.#isUpset;
  }

  private async take(request: Passing): Promise<Own | Passing | undefined> {
    if (!this.#isUpset && this.moment.of(request)) {
      this.#count += 1;
      this.#isUpset = this.#count === this.moment.nth;
      if (this.#isUpset) await this.upset();
    }
    return this.#isUpset ? this.meddle(request) : undefined;
  }
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
