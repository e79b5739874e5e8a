import { join } from 'node:path';
import { MissingOperationError, TransportError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import { fieldsOf } from '../../contract/openapi/bodies.js';
import type { Contract, Operation } from '../../contract/openapi/contract.js';
import type { OperationId, Part } from '../../contract/openapi/operations.js';
import type { Target } from '../../input/target-file/target.js';
import type { TargetClock } from '../../wire/clock/clock.js';
import { acceptsCodings, allCodings, decoded } from '../../wire/http/content-coding.js';
import { anonymous, headersOf } from '../../wire/http/credential.js';
import { RateLimiter } from '../../wire/http/rate-limiter.js';
import { framed, hasContent } from '../../wire/http/raw-answer.js';
import { sendRaw } from '../../wire/http/raw-socket.js';
import { largestBody, Transport, type WireRequest, type WireResponse } from '../../wire/http/transport.js';
import { atMost } from '../sleep.js';
import { Attempts } from './attempts.js';
import {
  type Answer,
  type Answered,
  type CallOptions,
  chain,
  isSafe,
  type Link,
  type Next,
  nameOf,
  type RawAnswer,
  type RequestOptions,
} from './call.js';
import type { ConnectionParts } from './connection-parts.js';
import { conflicts } from './links/conflicts.js';
import { guards, scoped } from './links/guards.js';
import { patience } from './links/patience.js';
import { presence } from './links/presence.js';
import { tracked } from './links/tracked.js';
import type { Recorder } from './recorder.js';

export type { Answer, CallOptions, RawAnswer } from './call.js';

type BodyOptions = RequestOptions & { readonly json?: unknown };
type Place = Pick<Operation, 'method' | 'path'> & Partial<Pick<Operation, 'success'>>;

export class Api {
  readonly target: Target;
  readonly contract: Contract;
  readonly clock: TargetClock;
  readonly attempts: Attempts;
  readonly #recorder: Recorder;
  readonly #transport: Transport;
  readonly #send: Next;
  readonly #writing = new Set<Promise<Answered>>();
  #isClosing = false;
  /** The number of PUTs of the cluster's MFA configuration. Each may have ended sessions. */
  configurationsPut = 0;
  readonly #acceptsCodings: (kind: string) => boolean;

  /** @param noteFound records in the journal the state to restore, before the first change of a part */
  constructor(connection: ConnectionParts, noteFound: (part: Part) => Promise<void>) {
    const { target, contract, recorder, clock, journal, model, options } = connection;
    const { readOnly, seed } = options;
    this.#acceptsCodings = (kind) =>
      seed !== undefined && acceptsCodings(seed, `${recorder.requirement} ${kind}`);
    this.target = target;
    this.#recorder = recorder;
    this.contract = contract;
    this.clock = clock;
    this.attempts = new Attempts(target, join(journal.folder, 'attempts.json'));
    this.#transport = new Transport(target);
    const limiter = new RateLimiter(target.limits.requestsPerSecond);
    // The order matters: forbidden requests are refused before any wait, and each repetition is counted and journalled.
    this.#send = chain(
      [
        guards(target, readOnly),
        scoped(target, recorder),
        patience(connection, limiter),
        conflicts(recorder, model.flag('one change at a time')),
        this.attempts.link,
        presence(recorder, model.flag('restarts')),
        this.#untilClosed,
        tracked(connection, noteFound),
        (call, next) => limiter.turn().then(() => next(call)),
      ],
      this.#recorded,
    );
  }

  /** @throws TransportError if no answer comes, MissingOperationError if the contract lacks the operation */
  async call<Id extends OperationId>(id: Id, options: CallOptions<Id> = {}): Promise<Answer<Id>> {
    return this.#exchange(id, this.#operation(id), options);
  }

  probe(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#exchange(null, { method, path }, options);
  }

  /** Calls an operation on a raw connection, which shows bytes after the answer's end that client libraries hide. */
  async callRaw<Id extends OperationId>(id: Id, options: CallOptions<Id> = {}, method?: string) {
    return this.#raw(id, { ...this.#operation(id), ...(method && { method }) }, options);
  }

  probeRaw(method: string, path: string, options: RequestOptions = {}): Promise<RawAnswer> {
    return this.#raw(null, { method, path }, options);
  }

  async #raw<Id extends OperationId>(id: Id | null, place: Place, options: BodyOptions) {
    const { method, path } = place;
    let rest: Buffer = Buffer.alloc(0);
    const send = async (request: WireRequest) => {
      const sentAt = steadyNow();
      const { status, reason, headers, ...raw } = await sendRaw(this.target, request);
      rest = raw.rest;
      const content = hasContent(method, status) ? framed(headers, rest)?.content : Buffer.alloc(0);
      if (content === undefined)
        throw new TransportError(
          `${method} ${path}: the answer is incomplete: the connection ended before the end of its content.`,
        );
      const { content: body, ...coding } = decoded(headers, content, largestBody);
      return { status, reason, headers, body, ...coding, sentAt, receivedAt: steadyNow() };
    };
    const answer = await this.#exchange(id, place, options, send);
    return { ...answer, rest };
  }

  /** Waits for writes that are under way. If the suite cut one off now, it might take effect after the restore. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await atMost(this.target.limits.requestTimeoutMs, Promise.allSettled(this.#writing));
    await this.#transport.close();
  }

  readonly #untilClosed: Link = (call, next) => {
    if (this.#isClosing || this.#recorder.isLeft)
      throw new TransportError(`${nameOf(call)} was not sent: the run is over.`, false);
    const answer = next(call);
    if (isSafe(call)) return answer;
    if (call.operation === 'UpdateMFAConfig') this.configurationsPut += 1;
    this.#writing.add(answer);
    return answer.finally(() => this.#writing.delete(answer));
  };

  readonly #recorded: Next = async ({ operation, credential, request, json, options, send }) => {
    const { mistake, madeUp = false } = options;
    const unsent = { operation, credential, request, json, madeUp };
    const recorded = { ...unsent, ...(mistake === undefined ? {} : { mistake }) };
    const startedAt = steadyNow();
    const response = await send(request).catch((error: unknown) => {
      // If the request never arrived, the connection can't have closed because of its deliberate mistake.
      if (error instanceof TransportError)
        this.#recorder.failed(error.mayHaveArrived ? recorded : unsent, error.message, startedAt);
      throw error;
    });
    const { status, headers, sentAt, receivedAt } = response;
    const { exchange, findings, body } = this.#recorder.answered(recorded, response);
    const dateHeader = headers['date'];
    if (dateHeader !== undefined) await this.clock.learn({ dateHeader, sentAt, receivedAt });
    return { status, headers, body: body.value, exchange, findings };
  };

  #operation(id: OperationId) {
    const operation = this.contract.operations.get(id);
    if (operation !== undefined) return operation;
    throw new MissingOperationError(`The contract (${this.contract.source}) has no operation ${id}.`);
  }

  async #exchange<Id extends OperationId>(
    operation: Id | null,
    { method, path, success }: Place,
    options: BodyOptions,
    send?: (request: WireRequest) => Promise<WireResponse>,
  ): Promise<Answer<Id>> {
    const request = this.#request(method, path, options);
    const closeAfter = success?.status === 204 || options.closeAfter === true;
    const mayBeClosed = options.mayBeIgnored === true || options.mistake !== undefined;
    const answer = await this.#send({
      operation,
      path,
      request,
      json: options.json ?? options.anyJson,
      credential: options.as ?? anonymous,
      options,
      send: send ?? ((each) => this.#transport.send(each, { ...options, closeAfter, mayBeClosed })),
    });
    const { status, body } = answer;
    return { ...answer, operation, fields: fieldsOf<Id>(body), succeeded: status === success?.status };
  }

  #request(method: string, path: string, options: BodyOptions): WireRequest {
    const query = options.query === undefined ? '' : `?${new URLSearchParams(options.query)}`;
    const json = options.json ?? options.anyJson;
    const body = json === undefined ? options.raw?.body : JSON.stringify(json);
    const contentType = options.contentType ?? 'application/json';
    return {
      method,
      url: `${this.target.baseUrl}${path}${query}`,
      headers: {
        Accept: 'application/json',
        ...(this.#acceptsCodings(`${method} ${path}`) ? { 'Accept-Encoding': allCodings } : {}),
        ...(body === undefined ? {} : { 'Content-Type': contentType }),
        ...headersOf(options.as ?? anonymous),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    };
  }
}
