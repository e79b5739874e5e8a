import type { Contract } from '../contract/contract.js';
import { seenIn } from '../contract/coverage.js';
import { undocumentedIn } from '../contract/drift.js';
import type { OperationId } from '../contract/operations.js';
import type { Credential } from '../http/credential.js';
import type { WireRequest, WireResponse } from '../http/transport.js';
import { type JsonBody, readJsonBody } from '../judging/json-body.js';
import { type Finding, judge } from '../judging/judge.js';
import type { Observation } from '../judging/observed.js';
import { secretsIn, secretsInHeaders, withoutHandedOut } from '../judging/secrets-in.js';
import type { Exchange } from '../model/exchange.js';
import type { Wait } from '../model/verdict.js';
import { Redactor } from '../redaction/redactor.js';

export interface RecordedCall {
  readonly operation: OperationId | null;
  readonly credential: Credential;
  readonly request: WireRequest;
  readonly requestJson: unknown;
  readonly mistake?: string;
  /** See CallOptions. */
  readonly madeUp?: boolean;
}

export interface Recorded {
  readonly exchange: Exchange;
  readonly findings: readonly Finding[];
  readonly body: JsonBody;
}

/**
 * Turns what went over the wire into redacted {@link Exchange}s and judges each answer. The one place where
 * values learn to be secret: nothing leaves the wire without passing here.
 */
export class Recorder {
  readonly redactor = new Redactor();
  /** Secrets long enough that finding one in an answer is no accident. */
  readonly #telltale = new Redactor();
  readonly #contract: Contract;
  readonly #observe: (observation: Observation) => void;
  readonly #onSecret: (value: string, what: string) => void;
  #requirement = '';
  #exchanges: Exchange[] = [];
  #waits: Wait[] = [];
  readonly retries = { '429': 0, '503': 0 };

  /** @param onSecret told of every value that is, or was, secret in this process: to search for it in the end */
  constructor(
    contract: Contract,
    observe: (observation: Observation) => void,
    onSecret: (value: string, what: string) => void = () => {},
  ) {
    this.#contract = contract;
    this.#observe = observe;
    this.#onSecret = onSecret;
  }

  /** From here on, exchanges and waits belong to this requirement's test. */
  begin(requirement: string): void {
    this.#requirement = requirement;
    this.#exchanges = [];
    this.#waits = [];
  }

  get requirement(): string {
    return this.#requirement;
  }

  get exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  /** Takes what was exchanged for this requirement too, in an earlier test, as evidence. */
  adopt(exchanges: readonly Exchange[]): void {
    this.#exchanges.unshift(...exchanges.filter((exchange) => !this.#exchanges.includes(exchange)));
  }

  get waits(): readonly Wait[] {
    return this.#waits;
  }

  waited(ms: number, reason: Wait['for']): void {
    this.#waits.push({ requirement: this.#requirement, ms, for: reason });
  }

  addSecret(value: string, what: string): void {
    if (value === '') return;
    this.#onSecret(value, what);
    this.redactor.add(value, what);
    if (value.length >= 8 || /^\d{6,}$/.test(value)) this.#telltale.add(value, what);
  }

  /** What of the secrets seen so far a text holds, in whatever encoding, apart from one-time codes. */
  lastingSecretsIn(text: string): string[] {
    return this.#telltale.leaksIn(text).filter((what) => what !== 'code' && what !== 'mailed code');
  }

  answered(call: RecordedCall, response: WireResponse): Recorded {
    this.#learnFromRequest(call);
    const body = readJsonBody(response.body);
    const unrelated = withoutHandedOut(call.operation, body.value, body.text);
    const leaks = this.#telltale.leaksIn(unrelated);
    for (const [value, what] of secretsIn(body.value)) this.addSecret(value, what);
    for (const [value, what] of secretsInHeaders(response.headers)) this.addSecret(value, what);
    const findings = judge({
      contract: this.#contract,
      operation: call.operation,
      method: call.request.method,
      ...(call.mistake === undefined ? {} : { mistake: call.mistake }),
      status: response.status,
      headers: response.headers,
      bytes: response.body.length,
      body,
      leaks,
    });
    const type = response.headers['content-type'];
    const exchange: Exchange = {
      ...this.#requestPart(call, response.sentAt),
      response: {
        status: response.status,
        headers: this.redactor.redactHeaders(response.headers),
        ...(body.text === '' ? {} : { body: this.redactor.redactBody(body.text, type) }),
      },
      durationMs: response.receivedAt - response.sentAt,
    };
    this.#keep(call, exchange, response.status, findings, body.value);
    return { exchange, findings, body };
  }

  /** No answer came. */
  failed(call: RecordedCall, error: string, sentAt: number): void {
    this.#learnFromRequest(call);
    const exchange: Exchange = {
      ...this.#requestPart(call, sentAt),
      error: this.redactor.redact(error),
      durationMs: Date.now() - sentAt,
    };
    this.#keep(call, exchange, null, [], undefined);
  }

  #learnFromRequest({ credential, request, requestJson, madeUp = false }: RecordedCall): void {
    if (credential.scheme === 'APIKeyHeader') this.addSecret(credential.key.reveal(), 'API key');
    if (credential.scheme === 'Bearer') this.addSecret(credential.token.reveal(), 'access token');
    if (credential.scheme === 'SessionIdHeader') this.addSecret(credential.id.reveal(), 'session id');
    if (madeUp) return;
    for (const [value, what] of secretsIn(requestJson)) this.addSecret(value, what);
    // Made from a secret, cut or with something after it, it is one as well.
    for (const [value, what] of secretsInHeaders(request.headers)) this.addSecret(value, what);
  }

  #requestPart({ operation, request }: RecordedCall, sentAt: number): Omit<Exchange, 'durationMs'> {
    const body = request.body === undefined ? undefined : Buffer.from(request.body).toString('utf8');
    return {
      operation,
      request: {
        method: request.method,
        url: this.redactor.redactUrl(request.url),
        headers: this.redactor.redactHeaders({ ...request.headers }),
        ...(body === undefined
          ? {}
          : { body: this.redactor.redactBody(body, request.headers['Content-Type']) }),
      },
      startedAt: new Date(sentAt).toISOString(),
    };
  }

  #keep(
    call: RecordedCall,
    exchange: Exchange,
    status: number | null,
    findings: readonly Finding[],
    body: unknown,
  ): void {
    this.#exchanges.push(exchange);
    const { operation } = call;
    const seen =
      operation === null || status === null
        ? { properties: [], enumValues: [] }
        : seenIn(this.#contract, operation, status, body);
    const undocumented =
      operation === null || status === null ? [] : undocumentedIn(this.#contract, operation, status, body);
    this.#observe({
      requirement: this.#requirement,
      operation,
      status,
      credential: call.credential.scheme,
      mistake: call.mistake ?? null,
      findings,
      ...seen,
      undocumented: undocumented.map((each) => this.redactor.redact(each)),
      exchange: findings.length > 0 || status === null ? exchange : null,
    });
  }
}
