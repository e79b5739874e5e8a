import { defined } from '../../base/defined.js';
import type { Exchange } from '../../base/model/exchange.js';
import { Secret } from '../../base/secret.js';
import type { Finding } from '../../contract/judging/judge.js';
import type { AnswerFields, RequestBody } from '../../contract/openapi/bodies.js';
import type { OperationId, Part } from '../../contract/openapi/operations.js';
import type { Account } from '../../input/target-file/target.js';
import type { Credential } from '../../wire/http/credential.js';
import type { WireRequest, WireResponse } from '../../wire/http/transport.js';

/** `accepted`: probably right, so one failure more is allowed. `either`: no wait after a 429 (or 503). */
export type Expects = 'accepted' | 'refused' | 'either' | 'either, or 503';

export const keyOf = ({ apiKey }: Pick<Account, 'apiKey'>): Credential | undefined =>
  apiKey && { scheme: 'APIKeyHeader', key: apiKey };

export function sessionOf(id: string): Extract<Credential, { scheme: 'SessionIdHeader' }> {
  return { scheme: 'SessionIdHeader', id: new Secret(id) };
}

export interface RequestOptions {
  readonly as?: Credential;
  /** A body that may violate the contract. Sent as application/json. */
  readonly anyJson?: unknown;
  readonly raw?: { readonly body: string | Uint8Array };
  readonly contentType?: string;
  /** Names a deliberate client mistake. Then a server error or a closed connection is a breach. */
  readonly mistake?: string;
  readonly query?: Readonly<Record<string, string>> | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the request's unusual values are invented, such as `true`. They are no secrets, so reports show them. */
  readonly madeUp?: boolean;
  /**
   * Whether the request may change the configuration if a target misunderstands it, whatever its method. If a part is
   * named, a request to an undocumented method or path may change that part only.
   */
  readonly mayChange?: true | Part;
  readonly expects?: Expects | undefined;
  readonly closeAfter?: boolean;
  /** Whether a gateway may leave the request unanswered. Then the suite waits only for seconds. */
  readonly mayBeIgnored?: true;
  /** Whether the path is sent as written, with its dots: see SendOptions. */
  readonly asWritten?: true;
}

export interface CallOptions<Id extends OperationId = OperationId> extends RequestOptions {
  readonly json?: RequestBody<Id>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly exchange: Exchange;
  readonly findings: readonly Finding[];
}

/** An answer in memory. It may hold secrets, so only its {@link Exchange} may be printed. */
export interface Answer<Id extends OperationId = OperationId> extends Answered {
  readonly operation: Id | null;
  /** The body's properties by the contract's names. Empty if the body is no object. */
  readonly fields: AnswerFields<Id>;
  readonly succeeded: boolean;
}

export type RawAnswer<Id extends OperationId = OperationId> = Answer<Id> & { readonly rest: Buffer };

export interface Call {
  readonly operation: OperationId | null;
  readonly path: string;
  readonly request: WireRequest;
  readonly json: unknown;
  readonly credential: Credential;
  readonly options: RequestOptions;
  readonly send: (request: WireRequest) => Promise<WireResponse>;
}

export type Next = (call: Call) => Promise<Answered>;

export type Link = (call: Call, next: Next) => Promise<Answered>;

export function chain(links: readonly Link[], last: Next): Next {
  return links.reduceRight<Next>((next, link) => (call) => link(call, next), last);
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export const isSafe = ({ request, options }: Pick<Call, 'request' | 'options'>): boolean =>
  safeMethods.has(request.method) && options.mayChange === undefined;

export const nameOf = ({ request, path }: Pick<Call, 'request' | 'path'>): string =>
  `${request.method} ${path}`;

/** Sends a text as the body, or no body. @param mistake names the client mistake in the text, if any */
export const asText = (body?: string, mistake?: string): Pick<CallOptions, 'raw' | 'mistake'> =>
  defined({ raw: body === undefined ? undefined : { body }, mistake });
