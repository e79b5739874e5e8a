import { setTimeout as pause } from 'node:timers/promises';
import type { OnEnd } from '../tool/processes.js';
import { type Pass, type Passed, type Passing, proxyBefore } from '../tool/proxy.js';

export const phases = ['before it lands', 'before its answer is passed on', 'after its answer'] as const;
export type Phase = (typeof phases)[number];

export interface Moment {
  /** The number of the write of a configuration, from 1. */
  readonly write: number;
  readonly phase: Phase;
  /** How long the proxy holds the chosen write after the suite's end, once somebody reads the state. */
  readonly holdMs: number;
}

export interface Delays {
  /** How long the proxy delays every other write that comes after the suite's end. */
  readonly laterMs: number;
  /** The read-back delay of a second node, which answers every second read; 0 if there is one node. */
  readonly nodeLagMs: number;
  readonly longestToLookMs: number;
  /** How long the proxy holds the chosen write at most, on any machine, as `limits.settleMs` promises. */
  readonly landsWithinMs: number;
}

function signal(): [Promise<void>, () => void] {
  let send = () => {};
  const sent = new Promise<void>((resolve) => {
    send = resolve;
  });
  return [sent, send];
}

/** A gateway with a queue: a request that it has received takes effect even if its sender has ended. */
export class HeldProxy {
  baseUrl = '';
  #isArmed = false;
  #writes = 0;
  #reads = 0;
  #isEnded = false;
  readonly #held: () => void;
  readonly #end: () => void;
  readonly #look: () => void;
  /** The answers that the second node still gives to reads, by URL. */
  readonly #old = new Map<string, Passed>();
  /** Resolves at the chosen moment. From then on the suite waits for an answer that the proxy holds back. */
  readonly reached: Promise<void>;
  readonly #ended: Promise<void>;
  readonly #looked: Promise<void>;

  private constructor(
    private readonly moment: Moment,
    private readonly options: Delays,
  ) {
    [this.reached, this.#held] = signal();
    [this.#ended, this.#end] = signal();
    [this.#looked, this.#look] = signal();
  }

  static async before(target: string, moment: Moment, options: Delays, onEnd: OnEnd): Promise<HeldProxy> {
    const proxy = new HeldProxy(moment, options);
    proxy.baseUrl = await proxyBefore(target, (request, pass) => proxy.#answer(request, pass), onEnd);
    return proxy;
  }

  arm(): void {
    this.#isArmed = true;
  }

  /** Call this when the suite has ended. The proxy then passes on the held requests. */
  goOn(): void {
    this.#isEnded = true;
    this.#end();
  }

  async #answer(request: Passing, pass: Pass): Promise<Passed> {
    const { method, url } = request;
    const isConfig = /\/mfa(?:-config)?$/.test(url);
    const isWrite = isConfig && method !== 'GET' && method !== 'OPTIONS';
    const after = this.moment.phase === 'after its answer' && this.#writes >= this.moment.write;
    if (isWrite && this.#isArmed) this.#writes += 1;
    const isMoment = isWrite && this.#isArmed && this.#writes === this.moment.write;
    if (after) await this.#hold();
    if (isMoment && this.moment.phase === 'before it lands') {
      // The write takes effect at the worst time: after a read has shown the original state.
      const lands = pause(this.options.landsWithinMs);
      await this.#hold();
      await Promise.race([this.#looked, pause(this.options.longestToLookMs), lands]);
      await Promise.race([pause(this.moment.holdMs), lands]);
    } else if (isWrite && this.#isEnded) await pause(this.options.laterMs);
    const answer = await (isConfig ? this.#byNode(request, pass, isWrite) : pass(request));
    if (isMoment && this.moment.phase === 'before its answer is passed on') await this.#hold();
    if (isConfig && !isWrite && this.#isEnded) this.#look();
    return answer;
  }

  async #hold(): Promise<void> {
    this.#held();
    await this.#ended;
  }

  async #byNode(request: Passing, pass: Pass, isWrite: boolean): Promise<Passed> {
    const { url } = request;
    const { nodeLagMs } = this.options;
    if (nodeLagMs === 0) return pass(request);
    if (isWrite) {
      const { 'content-length': _, 'transfer-encoding': __, ...headers } = request.headers;
      const before = await pass({ ...request, method: 'GET', headers, body: Buffer.alloc(0) });
      const answer = await pass(request);
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
    return old ?? pass(request);
  }
}
