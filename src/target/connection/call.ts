import type { Exchange } from '../../base/model/exchange.js';
import type { Finding } from '../../contract/judging/judge.js';
import type { AnswerFields, RequestBody } from '../../contract/openapi/bodies.js';
import type { OperationId } from '../../contract/openapi/operations.js';
import type { Credential } from '../../wire/http/credential.js';
import type { WireRequest, WireResponse } from '../../wire/http/transport.js';

export interface RequestOptions {
  readonly as?: Credential;
  /** A body that is none of the contract's, on purpose; sent as application/json. */
  readonly anyJson?: unknown;
  readonly raw?: { readonly body: string | Uint8Array };
  /** What the body is declared as, whatever it is; default application/json. */
  readonly contentType?: string;
  /** The request is a client's mistake on purpose, named so: a server error or a closed connection is a breach. */
  readonly mistake?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is special about the request is made up, and no secret: words such as `true`, which reports need. */
  readonly madeUp?: boolean;
  /** Whatever its method, a target that takes the request for what it is not may change its configuration by it. */
  readonly mayChange?: true;
  /** Its credential or code is right, as far as is known: it may follow one more refusal than others. */
  readonly isRight?: true;
  /** A 429 is the answer that the test is about, not a request to wait; a 503 is, too, where that is said. */
  readonly throttlingIsTested?: boolean | 'and 503';
  readonly closeAfter?: boolean;
  /** What stands before the API may leave it unanswered for good: it is waited for some seconds, not to the limit. */
  readonly mayBeIgnored?: true;
  /** Dots in the path are what the request is about: see SendOptions. */
  readonly asWritten?: true;
}

export interface CallOptions<Id extends OperationId = OperationId> extends RequestOptions {
  readonly json?: RequestBody<Id>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined where the body is none. */
  readonly body: unknown;
  readonly exchange: Exchange;
  readonly findings: readonly Finding[];
}

/** An answer in memory: it may hold secrets, and must not be printed. Its {@link Exchange} may. */
export interface Answer<Id extends OperationId = OperationId> extends Answered {
  readonly operation: Id | null;
  /** The body's properties by the contract's names; none where the body is no object. */
  readonly fields: AnswerFields<Id>;
  readonly succeeded: boolean;
}

/** An answer and all bytes after its header section, as they came. */
export type RawAnswer<Id extends OperationId = OperationId> = Answer<Id> & { readonly rest: Buffer };

export interface Call {
  readonly operation: OperationId | null;
  readonly path: string;
  readonly request: WireRequest;
  /** The body as a value; undefined where it is none of JSON's. */
  readonly json: unknown;
  readonly credential: Credential;
  readonly options: RequestOptions;
  readonly send: (request: WireRequest) => Promise<WireResponse>;
}

export const withJson = (call: Call, json: unknown): Call => ({
  ...call,
  json,
  request: { ...call.request, body: JSON.stringify(json) },
});

export type Next = (call: Call) => Promise<Answered>;

export type Link = (call: Call, next: Next) => Promise<Answered>;

export function chain(links: readonly Link[], last: Next): Next {
  return links.reduceRight<Next>((next, link) => (call) => link(call, next), last);
}

/** Methods that change nothing (RFC 9110 9.2.1). */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export const isSafe = ({ request, options }: Pick<Call, 'request' | 'options'>): boolean =>
  safeMethods.has(request.method) && options.mayChange !== true;

export const nameOf = ({ request, path }: Pick<Call, 'request' | 'path'>): string =>
  `${request.method} ${path}`;
