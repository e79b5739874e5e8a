import { AsyncLocalStorage } from 'node:async_hooks';
import { defined } from '../../base/defined.js';
import type { Breach } from '../../base/model/breach.js';
import type { Again, EventBody, Lane } from '../../base/model/event.js';
import type { Exchange } from '../../base/model/exchange.js';
import type { Wait } from '../../base/model/verdict.js';
import { isDistinctive, isObviousCode, Redactor } from '../../base/redaction/redactor.js';
import { parsedJson } from '../../base/shape.js';
import { steadyNow } from '../../base/steady-now.js';
import { type JsonBody, readJsonBody } from '../../contract/judging/json-body.js';
import { type Finding, judge } from '../../contract/judging/judge.js';
import { Renamed } from '../../contract/judging/renamed.js';
import { secretsIn, secretsInHeaders, withoutHandedOut } from '../../contract/judging/secrets-in.js';
import type { Contract } from '../../contract/openapi/contract.js';
import { seenIn, undocumentedIn } from '../../contract/openapi/coverage.js';
import type { Part } from '../../contract/openapi/operations.js';
import { usesOf } from '../../contract/requirements/uses.js';
import type { WireResponse } from '../../wire/http/transport.js';
import type { Call, RequestOptions } from './call.js';
import { CookieSecrets, headLeaks, logins, ownerOf, withoutDigits } from './cookie-secrets.js';
import { Origins } from './origins.js';
import { Scope } from './scope.js';

type RecordedCall = Pick<Call, 'operation' | 'credential' | 'request' | 'json'> &
  Pick<RequestOptions, 'mistake' | 'madeUp'>;

export interface Recorded {
  readonly exchange: Exchange;
  readonly findings: readonly Finding[];
  readonly body: JsonBody;
}

/** A running test. If it has a lane, it runs in parallel with tests of other lanes. */
export interface TestRun {
  readonly requirement: string;
  readonly lane?: Lane;
  /** Set if the test failed while other tests ran, and now runs again alone. */
  readonly again?: true;
}

class Running {
  readonly exchanges: Exchange[] = [];
  /** Maps the index of an answer to the test's requests that used values from it. */
  readonly uses = new Map<number, Exchange[]>();
  readonly scope: Scope;

  constructor(
    readonly requirement: string,
    readonly lane?: Lane,
    readonly prolong = (_ms: number): void => {},
  ) {
    // Alone, a test may touch anything: some targets need other preparations than the emulators of spec/uses.json.
    this.scope = new Scope(lane === undefined ? '' : requirement);
  }
}

/** Turns traffic into redacted {@link Exchange}s, and learns which values are secret. */
export class Recorder {
  readonly redactor = new Redactor();
  /** Holds only secrets that are too long to match a part of an answer by accident. */
  readonly #telltale = new Redactor();
  readonly cookies = new CookieSecrets();
  /** The newest answers to requests for mailed codes. Only a later mail shows whether they contain its code. */
  #mailing: { readonly call: RecordedCall; readonly response: WireResponse; readonly exchange: Exchange }[] =
    [];
  /** How many requests for the support user's code succeeded. */
  supportMails = 0;
  readonly #promisedMails = new Map<Lane | undefined, readonly number[]>();
  readonly origins: Origins;
  readonly #renamed = new Renamed();
  readonly #tests = new AsyncLocalStorage<Running>();
  readonly #outside = new Running('');
  readonly #indexes = new WeakMap<object, number>();
  #nextIndex: number;
  #isOver = false;

  /** @param onSecret called with each secret @param firstIndex the log's index of this process's first exchange */
  constructor(
    private readonly contract: Contract,
    private readonly write: (event: EventBody) => void = () => {},
    private readonly onSecret: (value: string, what: string) => void = () => {},
    firstIndex = 0,
    now: () => number = steadyNow,
  ) {
    this.origins = new Origins(now, this.redactor, () => this.lane);
    this.#nextIndex = firstIndex;
  }

  /** @param prolong called with the milliseconds by which waits prolong the test's time limit */
  during<T>(run: TestRun, body: () => Promise<T>, prolong?: (ms: number) => void): Promise<T> {
    return this.#tests.run(new Running(run.requirement, run.lane, prolong), () => {
      this.write({ type: 'test began', ...run });
      return body();
    });
  }

  /** Prevents later requests of tests that are still running. */
  endTests(): void {
    this.#isOver = true;
  }

  /** Whether the caller belongs to a test that still runs although the tests have ended. */
  get isLeft(): boolean {
    return this.#isOver && this.requirement !== '';
  }

  get #running(): Running {
    return this.#tests.getStore() ?? this.#outside;
  }

  get requirement(): string {
    return this.#running.requirement;
  }

  get lane(): Lane | undefined {
    return this.#running.lane;
  }

  /** The parts that the running test may change. A test in a lane doesn't change the other lane's part. */
  get parts(): readonly Part[] {
    const { lane, requirement } = this;
    if (lane === 'support') return ['support'];
    const leavesSupport = lane !== undefined && usesOf(requirement).support === undefined;
    return leavesSupport ? ['cluster'] : ['cluster', 'support'];
  }

  get scope(): Scope {
    return this.#running.scope;
  }

  get exchanges(): readonly Exchange[] {
    return this.#running.exchanges;
  }

  /** The lane of the latest request's mail. The support user's mail belongs to `support`, whoever requests it. */
  get mailedLane(): Lane | undefined {
    const isOfSupport = this.exchanges.at(-1)?.operation === 'SendSupportEmailOtp';
    return isOfSupport && this.lane !== undefined ? 'support' : this.lane;
  }

  /** When the suite sent the latest requests of {@link mailedLane} that promise a mail, by the monotonic clock. */
  get promisedMails(): readonly number[] {
    return this.#promisedMails.get(this.mailedLane) ?? [];
  }

  indexOf(exchange: object | undefined): number | null {
    return (exchange && this.#indexes.get(exchange)) ?? null;
  }

  usesOf(exchange: Exchange): readonly Exchange[] {
    return this.#running.uses.get(this.#indexes.get(exchange) ?? -1) ?? [];
  }

  /** Adds exchanges from an earlier test as evidence for this requirement. */
  adopt(exchanges: readonly Exchange[]): void {
    const own = this.#running.exchanges;
    const others = exchanges.filter((exchange) => !own.includes(exchange));
    own.unshift(...others);
    const indexes = others.flatMap((exchange) => this.indexOf(exchange) ?? []);
    if (indexes.length > 0)
      this.write({ type: 'adopted', requirement: this.requirement, exchanges: indexes });
  }

  /** Records the start of a wait of at most this long. @returns a function that records its end */
  waiting(mostMs: number, reason: Wait['for']): (ms: number) => void {
    if (reason === 'mail' || reason === 'quiet') this.scope.demand({ mail: true });
    const { requirement, prolong } = this.#running;
    this.write({ type: 'wait began', requirement, ms: mostMs, for: reason });
    prolong(mostMs);
    return (ms) => {
      this.waited(ms, reason);
      prolong(Math.min(0, ms - mostMs));
    };
  }

  waited(ms: number, reason: Wait['for']): void {
    this.write({ type: 'wait', requirement: this.requirement, ms, for: reason });
  }

  retried(status: 409 | 423 | 429 | 503): void {
    this.write({ type: 'retry', requirement: this.requirement, status });
  }

  addSecret(value: string, what: string, to?: string): void {
    if (value === '') return;
    if (to !== undefined) this.origins.mailed(value, to);
    this.onSecret(value, what);
    this.redactor.add(value, what);
    if (isDistinctive(value) && !isCookie(what)) this.#telltale.add(value, what);
    if (what === 'mailed code') this.#findMailed(value);
  }

  /** Reports mailed codes in the answers to the requests for them: a code becomes known only after the answer. */
  #findMailed(code: string): void {
    const mailed = new Redactor();
    mailed.add(code, 'mailed code', { whole: true });
    for (const { call, response, exchange } of this.#mailing) {
      for (const leak of headLeaks(call.operation, response, (text) => mailed.leaksIn(text)))
        this.breaks(exchange, 'security/no-secret-in-head', { kind: 'secret in head', ...leak });
    }
  }

  breaks(exchange: Exchange, requirement: Finding['requirement'], breach: Breach): void {
    const index = this.#indexes.get(exchange);
    if (index !== undefined) this.write({ type: 'finding', requirement, exchange: index, breach });
  }

  /** Lists the kinds of secrets in a text, in any encoding, except one-time codes. */
  lastingSecretsIn(text: string): string[] {
    return this.#telltalesIn(text).filter((what) => what !== 'code' && what !== 'mailed code');
  }

  #telltalesIn(text: string, set?: readonly string[]): string[] {
    return [...this.#telltale.leaksIn(text), ...this.cookies.leaksIn(text, set)];
  }

  answered(call: RecordedCall, response: WireResponse): Recorded {
    const { operation, request, credential } = call;
    const { status, headers, sentAt } = response;
    this.#learnFromRequest(call);
    const again = this.origins.again(call, sentAt);
    const body = readJsonBody(response.body);
    const unrelated = withoutHandedOut(operation, body.value, body.text);
    const fromHead = secretsInHeaders(headers);
    const set = fromHead.flatMap(([value, what]) => (isCookie(what) ? [value] : []));
    const told = this.#otherCodesIn(unrelated, call);
    const leaks = [...new Set([...this.#telltalesIn(unrelated, set), ...told])];
    for (const [value, what] of secretsIn(body.value)) this.addSecret(value, what);
    this.origins.handedOut(this.#nextIndex, operation, body.value);
    const inHead = headLeaks(operation, response, (text) => this.#telltalesIn(text, set));
    for (const [value, what] of fromHead) this.addSecret(value, what);
    const renamed = this.#renamed.seen(this.contract, call, status, body.value);
    const owner = ownerOf(credential, request.headers, String(this.#nextIndex));
    this.cookies.came(set, owner, operation !== null && logins.has(operation));
    const { contract } = this;
    const judged = judge({
      ...{ contract, operation, method: request.method, request: call.json },
      isAnonymousRead: credential.scheme === 'none' && ['GET', 'HEAD'].includes(request.method),
      ...{ status, headers, bytes: response.body.length, body, leaks, headLeaks: inHead },
      ...defined({ mistake: call.mistake, miscoded: response.miscoded }),
    });
    const findings = [...judged, ...renamed];
    const type = headers['content-type'];
    const mails = operation?.endsWith('EmailOtp') ?? false;
    const exchange: Exchange = {
      ...this.#requestPart(call, sentAt),
      response: {
        status,
        headers: this.redactor.redactHeaders(mails ? withoutDigits(headers) : headers),
        ...(body.text === '' ? {} : { body: this.redactor.redactBody(withoutJunk(body.text, call), type) }),
      },
      durationMs: response.receivedAt - sentAt,
    };
    this.#keep(call, exchange, status, findings, body.value, again);
    if (mails) this.#mailing = [...this.#mailing, { call, response, exchange }].slice(-10);
    if (operation === 'SendSupportEmailOtp' && status < 300) this.supportMails += 1;
    if (mails && status < 300)
      this.#promisedMails.set(this.mailedLane, [...this.promisedMails, sentAt].slice(-10));
    return { exchange, findings, body };
  }

  /** An answer to a refused code may tell the right one, which no request has held yet. */
  #otherCodesIn(text: string, { json }: RecordedCall): string[] {
    const codes = this.origins.otherCodesOf(json).filter((code) => text.includes(code));
    const others = new Redactor();
    for (const code of codes) others.add(code, 'code');
    const told = others.leaksIn(text);
    if (told.length > 0) for (const code of codes) this.addSecret(code, 'code');
    return told;
  }

  failed(call: RecordedCall, error: string, sentAt: number): void {
    this.#learnFromRequest(call);
    const exchange: Exchange = {
      ...this.#requestPart(call, sentAt),
      error: this.redactor.redact(error),
      durationMs: steadyNow() - sentAt,
    };
    this.#keep(call, exchange, null, [], undefined, this.origins.again(call, sentAt));
  }

  #learnFromRequest({ credential, request, json, madeUp = false }: RecordedCall): void {
    if (credential.scheme === 'APIKeyHeader') this.addSecret(credential.key.reveal(), 'API key');
    if (credential.scheme === 'Bearer') this.addSecret(credential.token.reveal(), 'access token');
    if (credential.scheme === 'SessionIdHeader') this.addSecret(credential.id.reveal(), 'session id');
    if (madeUp) return;
    for (const [value, what] of secretsIn(json)) if (!isObviousCode(value)) this.addSecret(value, what);
    // A header value that is a part of a secret, or a secret with an addition, is a secret as well.
    for (const [value, what] of secretsInHeaders(request.headers)) this.addSecret(value, what);
  }

  #requestPart({ operation, request }: RecordedCall, sentAt: number): Omit<Exchange, 'durationMs'> {
    const { method, url, headers, body } = request;
    const text = body === undefined ? undefined : Buffer.from(body).toString('utf8');
    return {
      operation,
      request: defined({
        method,
        url: this.redactor.redactUrl(url),
        headers: this.redactor.redactHeaders(headers),
        body: text === undefined ? undefined : this.redactor.redactBody(text, headers['Content-Type']),
      }),
      startedAt: new Date(sentAt).toISOString(),
    };
  }

  #keep(
    call: RecordedCall,
    exchange: Exchange,
    status: number | null,
    findings: readonly Finding[],
    body: unknown,
    again?: Again,
  ): void {
    const { exchanges, uses } = this.#running;
    exchanges.push(exchange);
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    this.#indexes.set(exchange, index);
    for (const origin of again?.origins ?? []) {
      if (origin.kind !== 'answer') continue;
      uses.set(origin.exchange, [...(uses.get(origin.exchange) ?? []), exchange]);
    }
    const { operation } = call;
    const isKnown = operation !== null && status !== null;
    const nothingSeen = { properties: [], enumValues: [] };
    const seen = isKnown ? seenIn(this.contract, operation, status, body) : nothingSeen;
    const undocumented = isKnown ? undocumentedIn(this.contract, operation, status, body) : [];
    this.write({
      type: 'exchange',
      index,
      requirement: this.requirement,
      credential: call.credential.scheme,
      mistake: call.mistake ?? null,
      findings,
      ...seen,
      undocumented: undocumented.map((each) => this.redactor.redact(each)),
      ...(again === undefined ? {} : { again }),
      exchange,
    });
  }
}

/** Redacts made-up values, which the request has in the places of secrets, like real ones. */
function withoutJunk(text: string, { request, json, madeUp = false }: RecordedCall): string {
  const isMadeUp = json === undefined || madeUp;
  if (!isMadeUp || request.body === undefined) return text;
  const body = parsedJson(Buffer.from(request.body).toString('utf8'));
  const secrets = [...secretsIn(body)].filter(([value]) => isDistinctive(value));
  if (secrets.length === 0) return text;
  const junk = new Redactor();
  for (const [value, what] of secrets) junk.add(value, what);
  return junk.redact(text);
}

const isCookie = (what: string): boolean => what === 'cookie' || what === 'set-cookie';
