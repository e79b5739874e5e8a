import { setTimeout as sleep } from 'node:timers/promises';
import type { Contract } from '../contract/contract.js';
import type { OperationId } from '../contract/operations.js';
import { ArrangeError, TransportError } from '../errors.js';
import { DateOffsetClock, type TargetClock } from '../otp/clock.js';
import type { Target } from '../target/target.js';
import type { Exchange, Wait } from '../verdict/verdict.js';
import { anonymous, type Credential, headersOf } from './credential.js';
import type { Finding } from './judge.js';
import { sendRaw } from './raw-socket.js';
import type { Recorder } from './recorder.js';
import { Transport, type WireRequest, type WireResponse } from './transport.js';

export interface CallOptions {
  /** Default: no credential. */
  readonly as?: Credential;
  /** The body, sent as application/json. */
  readonly json?: unknown;
  /** A body sent as it is, declared as `contentType` (default application/json). */
  readonly raw?: { readonly body: string; readonly contentType?: string };
  /** The request is a client's mistake on purpose, named so: a server error or a closed connection is a breach. */
  readonly mistake?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer in memory: it may hold secrets, and must not be printed. Its {@link Exchange} may. */
export interface Answer {
  readonly operation: OperationId | null;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined where the body is none. */
  readonly body: unknown;
  /** The status is the documented success of the operation. */
  readonly succeeded: boolean;
  readonly exchange: Exchange;
  readonly findings: readonly Finding[];
}

export interface Waiter {
  /** Lets the target's clock go on by `ms`: moves it where it can be moved, else waits. */
  letPass(ms: number, reason: Wait['for']): Promise<void>;
}

/** How long one Retry-After is obeyed at most, and how often in a row. */
const longestRetryAfterMs = 120_000;
const mostRetries = 3;

/** The operations of one target, called by the names of the contract. Holds no credential of its own. */
export class Api {
  readonly #transport: Transport;

  constructor(
    readonly target: Target,
    readonly contract: Contract,
    readonly recorder: Recorder,
    readonly clock: TargetClock,
    private readonly waiter: Waiter,
  ) {
    this.#transport = new Transport(target);
  }

  /** @throws TransportError where no answer came */
  call(id: OperationId, options: CallOptions = {}): Promise<Answer> {
    const operation = this.contract.operations.get(id);
    if (operation === undefined)
      throw new ArrangeError(`Release ${this.contract.release} has no operation ${id}.`);
    return this.#send(id, operation.method, operation.path, operation.success.status, options);
  }

  /** A request that is no operation of the contract: another method, or another path. */
  probe(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    return this.#send(null, method, path, undefined, options);
  }

  /** An operation on a raw connection, for what client libraries hide: bytes after the answer's end. */
  async callRaw(
    id: OperationId,
    options: CallOptions = {},
    method?: string,
  ): Promise<Answer & { readonly rest: Buffer }> {
    const operation = this.contract.operations.get(id);
    if (operation === undefined)
      throw new ArrangeError(`Release ${this.contract.release} has no operation ${id}.`);
    const request = this.#request(method ?? operation.method, operation.path, options);
    let rest: Buffer = Buffer.alloc(0);
    const answer = await this.#once(id, request, operation.success.status, options, async () => {
      const sentAt = Date.now();
      const raw = await sendRaw(this.target, request);
      rest = raw.rest;
      return {
        status: raw.status,
        headers: raw.headers,
        body: Buffer.alloc(0),
        sentAt,
        receivedAt: Date.now(),
      };
    });
    return { ...answer, rest };
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #send(
    id: OperationId | null,
    method: string,
    path: string,
    success: number | undefined,
    options: CallOptions,
  ): Promise<Answer> {
    const request = this.#request(method, path, options);
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.#once(id, request, success, options, () =>
        this.#transport.send(request, { closeAfter: success === 204 }),
      );
      const waitMs = attempt < mostRetries ? retryAfterMs(answer, this.clock.now()) : undefined;
      if (waitMs === undefined) return answer;
      this.recorder.retries[answer.status === 429 ? '429' : '503'] += 1;
      await this.waiter.letPass(waitMs, 'retry-after');
    }
  }

  #request(method: string, path: string, options: CallOptions): WireRequest {
    const query = options.query === undefined ? '' : `?${new URLSearchParams(options.query)}`;
    const body = options.json === undefined ? options.raw?.body : JSON.stringify(options.json);
    const contentType = options.raw?.contentType ?? 'application/json';
    return {
      method,
      url: `${this.target.baseUrl}${path}${query}`,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': contentType }),
        ...headersOf(options.as ?? anonymous),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    };
  }

  async #once(
    operation: OperationId | null,
    request: WireRequest,
    success: number | undefined,
    options: CallOptions,
    send: () => Promise<WireResponse>,
  ): Promise<Answer> {
    const call = {
      operation,
      credential: options.as ?? anonymous,
      request,
      requestJson: options.json,
      ...(options.mistake === undefined ? {} : { mistake: options.mistake }),
    };
    const startedAt = Date.now();
    let response: WireResponse;
    try {
      response = await send();
    } catch (error) {
      if (error instanceof TransportError) this.recorder.failed(call, error.message, startedAt);
      throw error;
    }
    const date = response.headers['date'];
    if (date !== undefined && this.clock instanceof DateOffsetClock) {
      this.clock.addSample({ dateHeader: date, sentAt: response.sentAt, receivedAt: response.receivedAt });
    }
    const { exchange, findings, body } = this.recorder.answered(call, response);
    const { status, headers } = response;
    return {
      operation,
      status,
      headers,
      body: body.value,
      succeeded: status === success,
      exchange,
      findings,
    };
  }
}

/** How long a 429 or 503 asks to wait, capped; undefined where the answer asks for nothing. */
function retryAfterMs({ status, headers }: Answer, now: number): number | undefined {
  const header = headers['retry-after'];
  if ((status !== 429 && status !== 503) || header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}

/** Waits by moving the target's clock where that is possible. */
export class ClockWaiter implements Waiter {
  constructor(
    private readonly clock: TargetClock,
    private readonly recorder: Recorder,
    private readonly onWait: (reason: Wait['for'], ms: number) => void,
  ) {}

  async letPass(ms: number, reason: Wait['for']): Promise<void> {
    if (this.clock.canMove) return this.clock.advance(ms);
    this.onWait(reason, ms);
    await sleep(ms);
    this.recorder.waited(ms, reason);
  }
}
