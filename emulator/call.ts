import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from './clock.js';
import type { Json } from './json.js';
import type { Mailer } from './mailer.js';
import type { Release } from './releases.js';
import type { Rules } from './rules.js';
import type { State, User } from './state.js';

/** What every part of the emulator works on. */
export interface World {
  readonly release: Release;
  readonly rules: Rules;
  readonly state: State;
  readonly clock: Clock;
  readonly mailer: Mailer;
}

/** A step of the pipeline that a fault may leave out. */
export type Step = 'authentication' | 'authorisation' | 'media type' | 'checks';

/** One request on its way through the pipeline. */
export interface Call {
  /** Its id; null where the path or the method is none of the API's. */
  readonly operation: string | null;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** As sent: name, value, name, value. */
  readonly rawHeaders: readonly string[];
  /** Bytes as sent; undefined where they were more than the emulator takes. */
  content: Buffer | undefined;
  /** Undefined: there was no content. */
  body: Json | undefined;
  /** Undefined: the call is anonymous. */
  caller: User | undefined;
  readonly skip: Set<Step>;
  /** The connection it came by. */
  readonly connection: object;
}

/** What an operation answers, before it becomes bytes. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Undefined: no content. */
  body: Json | undefined;
}

/** An answer as bytes. */
export interface WireAnswer {
  status: number;
  /** Names in lower case. Framing is added when it is sent. */
  headers: Record<string, string>;
  content: Buffer | undefined;
  /**
   * Set only by faults: the answer is then written to the socket as it stands here, and the connection closed.
   * `after` follows the framed content; `keep` cuts the whole answer after so many bytes; `contentOnHead`
   * sends the content although the request was a HEAD; `framing` replaces the framing header fields, of which one may
   * stand several times, `reason` the reason phrase; `contentAfterMs` is how long the head goes before the rest.
   */
  raw?: {
    after?: Buffer;
    keep?: number;
    contentOnHead?: boolean;
    framing?: Record<string, string | readonly string[]>;
    reason?: string;
    contentAfterMs?: number;
  };
  /** Set only by variants: a 103 goes before it (RFC 8297), or a 100 that nobody asked for (RFC 9110 15.2). */
  hints?: true;
  continues?: true;
}

/** The API refuses a request: thrown by operations, turned into an Error by the pipeline. */
export class Refusal extends Error {
  readonly status: number;
  readonly errorCode: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, errorCode: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
    this.headers = headers;
  }
}

export function noContent(): Answer {
  return { status: 204, headers: {}, body: undefined };
}
