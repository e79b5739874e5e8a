import { setTimeout as sleep } from 'node:timers/promises';
import { DateOffsetClock, type TargetClock } from '../clock/clock.js';
import { type AnswerFields, fieldsOf, type RequestBody } from '../contract/bodies.js';
import type { Contract } from '../contract/contract.js';
import type { OperationId } from '../contract/operations.js';
import {
  ArrangeError,
  CodeTooOldError,
  MissingOperationError,
  NotAllowedError,
  TransportError,
} from '../errors.js';
import { anonymous, type Credential, headersOf } from '../http/credential.js';
import { Pace } from '../http/pace.js';
import { sendRaw } from '../http/raw-socket.js';
import { Transport, type WireRequest, type WireResponse } from '../http/transport.js';
import { textOf } from '../judging/body.js';
import type { Finding } from '../judging/judge.js';
import type { Exchange } from '../model/exchange.js';
import type { Wait } from '../model/verdict.js';
import type { Target } from '../target-file/target.js';
import { Attempts } from './attempts.js';
import type { Recorder } from './recorder.js';

interface RequestOptions {
  /** Default: no credential. */
  readonly as?: Credential;
  /** A body that is none of the contract's, on purpose; sent as application/json. */
  readonly anyJson?: unknown;
  /** A body sent as it is. */
  readonly raw?: { readonly body: string };
  /** What the body is declared as, whatever it is; default application/json. */
  readonly contentType?: string;
  /** The request is a client's mistake on purpose, named so: a server error or a closed connection is a breach. */
  readonly mistake?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is special about the request is made up, and no secret: words such as `true`, which reports need. */
  readonly madeUp?: boolean;
  /** A 429 is the answer that the test is about, not a request to wait. */
  readonly throttlingIsTested?: boolean;
  /** The connection is closed after the answer: the next request comes by another one. */
  readonly closeAfter?: boolean;
}

export interface CallOptions<Id extends OperationId = OperationId> extends RequestOptions {
  /** The body, sent as application/json. */
  readonly json?: RequestBody<Id>;
}

/** An answer in memory: it may hold secrets, and must not be printed. Its {@link Exchange} may. */
export interface Answer<Id extends OperationId = OperationId> {
  readonly operation: Id | null;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined where the body is none. */
  readonly body: unknown;
  /** The body's properties by the contract's names; none where the body is no object. */
  readonly fields: AnswerFields<Id>;
  /** The status is the documented success of the operation. */
  readonly succeeded: boolean;
  readonly exchange: Exchange;
  readonly findings: readonly Finding[];
}

export interface Waiter {
  /** Lets the target's clock go on by `ms`: moves it where it can be moved, else waits. */
  letPass(ms: number, reason: Wait['for']): Promise<void>;
}

type BodyOptions = RequestOptions & { readonly json?: unknown };

/** What may be sent where nothing may change: the last line of defence behind the requirements' needs. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** How long a Retry-After is obeyed at most, and how often in a row. */
const longestRetryAfterMs = 120_000;
const mostRetries = 3;

/** The operations of one target, called by the names of the contract. Holds no credential of its own. */
export class Api {
  readonly attempts: Attempts;
  #configurationsPut = 0;
  readonly #transport: Transport;
  readonly #pace: Pace;
  /** Whether a target that asked to wait may do so again: none that has gone on asking is waited for as long. */
  #isPatient = true;

  constructor(
    readonly target: Target,
    readonly contract: Contract,
    readonly recorder: Recorder,
    readonly clock: TargetClock,
    private readonly waiter: Waiter,
    /** Why only safe methods may be sent (RFC 9110 9.2.1); undefined where all may. */
    private readonly readOnly: string | undefined = undefined,
    /** Where counts of failed attempts outlive this process. */
    attemptsFile?: string,
    /** Before a configuration is set, in whatever way: what was found is to be on disk before the request is sent. */
    private readonly beforeChange: (operation: OperationId) => Promise<void> = async () => {},
  ) {
    this.attempts = new Attempts(target, attemptsFile);
    this.#pace = new Pace(target.limits.requestsPerSecond);
    this.#transport = new Transport(target);
  }

  /** @throws TransportError where no answer came, MissingOperationError where the contract has no such operation */
  async call<Id extends OperationId>(id: Id, options: CallOptions<Id> = {}): Promise<Answer<Id>> {
    const operation = this.contract.operations.get(id);
    if (operation === undefined)
      throw new MissingOperationError(`The contract (${this.contract.source}) has no operation ${id}.`);
    return this.#send(id, operation.method, operation.path, operation.success.status, options);
  }

  /** A request that is no operation of the contract: another method, or another path. */
  probe(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#send(null, method, path, undefined, options);
  }

  /** An operation on a raw connection, for what client libraries hide: bytes after the answer's end. */
  async callRaw<Id extends OperationId>(
    id: Id,
    options: CallOptions<Id> = {},
    method?: string,
  ): Promise<Answer<Id> & { readonly rest: Buffer }> {
    const operation = this.contract.operations.get(id);
    if (operation === undefined)
      throw new MissingOperationError(`The contract (${this.contract.source}) has no operation ${id}.`);
    const request = this.#request(method ?? operation.method, operation.path, options);
    return this.#obeying(`${request.method} ${operation.path}`, options, async () => {
      let rest: Buffer = Buffer.alloc(0);
      const answer = await this.#once(id, request, operation.success.status, options, async () => {
        const sentAt = Date.now();
        const { status, headers, ...raw } = await sendRaw(this.target, request);
        rest = raw.rest;
        return { status, headers, body: Buffer.alloc(0), sentAt, receivedAt: Date.now() };
      });
      return { ...answer, rest };
    });
  }

  /** So often a configuration of cluster MFA was sent: whatever was known of sessions before may not hold any more. */
  get configurationsPut(): number {
    return this.#configurationsPut;
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #send<Id extends OperationId>(
    id: Id | null,
    method: string,
    path: string,
    success: number | undefined,
    options: BodyOptions,
  ): Promise<Answer<Id>> {
    // Without sid it would end everybody's sessions, people's included.
    if (method === 'DELETE' && path.endsWith('/sessions') && !options.query?.['sid'])
      throw new ArrangeError('DELETE of sessions is never sent without sid.');
    const request = this.#request(method, path, options);
    const closeAfter = success === 204 || options.closeAfter === true;
    return this.#obeying(`${method} ${path}`, options, () =>
      this.#once(id, request, success, options, () => this.#transport.send(request, { closeAfter })),
    );
  }

  /**
   * Sends until the answer is no request to wait: then the target has not taken the request yet, so that repeating it
   * is safe, whatever its method.
   *
   * @throws ArrangeError where the target goes on asking
   */
  async #obeying<A extends Answer>(what: string, options: BodyOptions, send: () => Promise<A>): Promise<A> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await send();
      const { status } = answer;
      const waitMs = retryAfterMs(answer, this.clock.now(), attempt);
      if (waitMs === undefined || options.throttlingIsTested === true) {
        this.#isPatient = true;
        return answer;
      }
      const seconds = Math.ceil(waitMs / 1000);
      if (attempt >= mostRetries || !this.#isPatient || waitMs > longestRetryAfterMs) {
        this.#isPatient = false;
        throw new ArrangeError(
          `${what} was answered ${status}, which asks to wait ${seconds} s, after ${attempt} waits: ` +
            'the target would not take the request, which says nothing of how it answers it.',
        );
      }
      this.recorder.retries[status === 429 ? '429' : '503'] += 1;
      await this.waiter.letPass(waitMs, 'retry-after');
      if (waitMs <= longestForCodeMs || !holdsTotpCode(options.json ?? options.anyJson)) continue;
      throw new CodeTooOldError(
        `${what} was answered ${status}, and the code in it was too old after the wait of ${seconds} s.`,
      );
    }
  }

  #request(method: string, path: string, options: BodyOptions): WireRequest {
    if (this.readOnly !== undefined && !safeMethods.has(method)) {
      throw new NotAllowedError(`${method} ${path} ${this.readOnly}.`);
    }
    const query = options.query === undefined ? '' : `?${new URLSearchParams(options.query)}`;
    const json = options.json ?? options.anyJson;
    const body = json === undefined ? options.raw?.body : JSON.stringify(json);
    const contentType = options.contentType ?? 'application/json';
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

  async #once<Id extends OperationId>(
    operation: Id | null,
    request: WireRequest,
    success: number | undefined,
    options: BodyOptions,
    send: () => Promise<WireResponse>,
  ): Promise<Answer<Id>> {
    const call = {
      operation,
      credential: options.as ?? anonymous,
      request,
      requestJson: options.json ?? options.anyJson,
      ...(options.mistake === undefined ? {} : { mistake: options.mistake }),
      madeUp: options.madeUp ?? false,
    };
    this.attempts.check(operation, options.json ?? options.anyJson);
    if (operation !== null && !safeMethods.has(request.method)) await this.beforeChange(operation);
    if (operation === 'UpdateMFAConfig') this.#configurationsPut += 1;
    await this.#pace.turn();
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
    this.attempts.note(operation, options.json ?? options.anyJson, status, body.value);
    return {
      operation,
      status,
      headers,
      body: body.value,
      fields: fieldsOf<Id>(body.value),
      succeeded: status === success,
      exchange,
      findings,
    };
  }
}

/** How long a 429 or 503 asks to wait, in milliseconds; undefined where the answer asks for nothing. */
function retryAfterMs(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  now: number,
  attempt: number,
): number | undefined {
  const header = headers['retry-after'];
  if (status !== 429 && (status !== 503 || header === undefined)) return undefined;
  const ms =
    header === undefined
      ? Number.NaN
      : /^\d+$/.test(header)
        ? Number(header) * 1000
        : Date.parse(header) - now;
  // A 429 need not say how long (RFC 6585 4): a little, then longer.
  return Number.isNaN(ms) ? 1000 * 2 ** attempt : Math.max(ms, 0);
}

/** Codes are taken with at least two seconds of their step left. */
const longestForCodeMs = 1_500;

function holdsTotpCode(json: unknown): boolean {
  const codes = [textOf(json, 'totpCode'), textOf(json, 'mfaCode')];
  if (textOf(json, 'otpType') !== 'email') codes.push(textOf(json, 'otpCode'));
  // Junk does not age.
  return codes.some((code) => code !== undefined && /^\d{6,10}$/.test(code));
}

/** Waits by moving the target's clock where that is possible. */
export class ClockWaiter implements Waiter {
  constructor(
    private readonly clock: TargetClock,
    private readonly recorder: Recorder,
    private readonly onWait: (reason: Wait['for'], ms: number) => void,
    private readonly mayMove = true,
  ) {}

  async letPass(ms: number, reason: Wait['for']): Promise<void> {
    if (this.clock.canMove && this.mayMove) return this.clock.advance(ms);
    this.onWait(reason, ms);
    await sleep(ms);
    this.recorder.waited(ms, reason);
  }
}
