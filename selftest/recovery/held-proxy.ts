import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** The stage of a write at which the suite is ended. */
export const phases = ['before it lands', 'before its answer is passed on', 'after its answer'] as const;
export type Phase = (typeof phases)[number];

export interface Moment {
  /** The n-th write of a configuration, from 1. */
  readonly write: number;
  readonly phase: Phase;
  /** The time from the first read after the end until a held write takes effect. */
  readonly holdMs: number;
}

export interface ProxyOptions {
  /** How long writes after the end are held. */
  readonly laterMs: number;
  /** Every second read comes from a node with this read-back delay; 0: there is one node. */
  readonly nodeLagMs: number;
  /** The longest wait for a read of the state. */
  readonly longestToLookMs: number;
  /** The longest time that a write is pending on any machine, as `limits.settleMs` promises. */
  readonly landsWithinMs: number;
}

interface Whole {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Acts as a gateway with a queue before an emulator. A request that it has received takes effect even if its sender has
 * ended. From the chosen moment on, it holds requests until the suite has ended.
 */
export class HeldProxy {
  readonly #server: http.Server;
  readonly #target: URL;
  /** Whether requests are counted, so that the moment may come. */
  #isArmed = false;
  #writes = 0;
  #reads = 0;
  #isEnded = false;
  #held: () => void = () => {};
  #end: () => void = () => {};
  #look: () => void = () => {};
  /** The state that the other node still shows. */
  readonly #old = new Map<string, Whole>();
  /** Resolves at the moment: from then on the suite waits for an answer. */
  readonly reached: Promise<void>;
  readonly #ended: Promise<void>;
  /** Resolves when somebody reads the state after the end. */
  readonly #looked: Promise<void>;

  private constructor(
    target: string,
    private readonly moment: Moment,
    private readonly options: ProxyOptions,
  ) {
    this.#target = new URL(target);
    this.reached = new Promise((resolve) => {
      this.#held = resolve;
    });
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#looked = new Promise((resolve) => {
      this.#look = resolve;
    });
    this.#server = http.createServer((request, response) => {
      this.#pass(request, response).catch(() => response.destroy());
    });
  }

  static async before(target: string, moment: Moment, options: ProxyOptions): Promise<HeldProxy> {
    const proxy = new HeldProxy(target, moment, options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get baseUrl(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('The proxy listens nowhere.');
    return `http://127.0.0.1:${address.port}${this.#target.pathname}`;
  }

  /** From here on the proxy counts writes, so the chosen moment may come. */
  arm(): void {
    this.#isArmed = true;
  }

  /** The suite has ended, so held requests continue. */
  goOn(): void {
    this.#isEnded = true;
    this.#end();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const body = await bytesOf(request);
    const isConfig = /\/mfa(?:-config)?$/.test(url);
    const isWrite = isConfig && method !== 'GET' && method !== 'OPTIONS';
    const after = this.moment.phase === 'after its answer' && this.#writes >= this.moment.write;
    if (isWrite && this.#isArmed) this.#writes += 1;
    const isMoment = isWrite && this.#isArmed && this.#writes === this.moment.write;
    if (after) await this.#hold();
    if (isMoment && this.moment.phase === 'before it lands') {
      // The worst time to take effect: after a read has shown the original state.
      const lands = pause(this.options.landsWithinMs);
      await this.#hold();
      await Promise.race([this.#looked, pause(this.options.longestToLookMs), lands]);
      await Promise.race([pause(this.moment.holdMs), lands]);
    } else if (isWrite && this.#isEnded) await pause(this.options.laterMs);
    const answer = await (isConfig ? this.#byNode(request, body, isWrite) : this.#forward(request, body));
    if (isMoment && this.moment.phase === 'before its answer is passed on') await this.#hold();
    response.writeHead(answer.status, answer.headers).end(answer.body);
    if (isConfig && !isWrite && this.#isEnded) this.#look();
  }

  async #hold(): Promise<void> {
    this.#held();
    await this.#ended;
  }

  async #byNode(request: IncomingMessage, body: Buffer, isWrite: boolean): Promise<Whole> {
    const { url = '' } = request;
    const { nodeLagMs } = this.options;
    if (nodeLagMs === 0) return this.#forward(request, body);
    if (isWrite) {
      const before = await this.#forward({ ...partsOf(request), method: 'GET' }, Buffer.alloc(0));
      const answer = await this.#forward(request, body);
      if (before.status === 200) {
        this.#old.set(url, before);
        setTimeout(() => {
          if (this.#old.get(url) === before) this.#old.delete(url);
        }, nodeLagMs);
      }
      return answer;
    }
    this.#reads += 1;
    const old = this.#reads % 2 === 0 ? this.#old.get(url) : undefined;
    return old ?? this.#forward(request, body);
  }

  #forward({ method, url, headers }: Parts, body: Buffer): Promise<Whole> {
    const { hostname, port } = this.#target;
    const { 'content-length': _, 'transfer-encoding': __, ...rest } = headers;
    return new Promise((resolve, reject) => {
      const options = { hostname, port, method, path: url, headers: body.length > 0 ? headers : rest };
      http
        .request(options, (answer) => {
          const status = answer.statusCode ?? 502;
          bytesOf(answer).then((bytes) => resolve({ status, headers: answer.headers, body: bytes }), reject);
        })
        .once('error', reject)
        .end(body);
    });
  }
}

type Parts = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

const partsOf = ({ method, url, headers }: IncomingMessage): Parts => ({ method, url, headers });

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
