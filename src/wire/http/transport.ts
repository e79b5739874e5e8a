import type { Agent, Dispatcher } from 'undici';
import { TransportError } from '../../base/errors.js';
import { bytesWithin } from '../../base/files.js';
import { undici } from '../../base/libraries.js';
import { steadyNow } from '../../base/steady-now.js';
import type { Target } from '../../input/target-file/target.js';
import { connectorOf } from './connector.js';
import { type Decoded, decoded } from './content-coding.js';
import { joined } from './raw-answer.js';
import { howItBroke, inWords, isTimeout, neverSent, tooLarge } from './transport-errors.js';

export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Only content codings are decoded. */
export interface WireResponse {
  readonly status: number;
  readonly reason?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly miscoded?: Decoded['miscoded'] & object;
  /** Epoch milliseconds of the runner's clock. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

export const largestBody = 5 * 1024 * 1024;

const timeoutsTolerated = 3;

/** How much longer than the slowest answer so far the suite waits for a request that may stay unanswered. */
const extraPatienceMs = 3_000;

export interface SendOptions {
  /** Closes the connection after a 204, because wrong bytes after it would spoil the next exchange. */
  readonly closeAfter?: boolean;
  /** A server in front of the API may ignore the request. Its silence says nothing about the target. */
  readonly mayBeIgnored?: boolean;
  /** The target may close the connection just because of this request. */
  readonly mayBeClosed?: boolean;
  readonly asWritten?: boolean;
}

/** Follows no redirects. @throws TransportError within the request timeout */
export class Transport {
  readonly #agent: Agent;
  readonly #fresh: Agent;
  /** After the target closed a connection during a request, each request gets a new one. */
  #keepsOpen = true;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  #slowestMs = 0;
  #consecutiveTimeouts = 0;
  #timedOutAt = Number.NEGATIVE_INFINITY;
  #silentUntil = 0;

  constructor(target: Pick<Target, 'baseUrl' | 'tls' | 'limits'>, now: () => number = steadyNow) {
    this.#now = now;
    this.#timeoutMs = target.limits.requestTimeoutMs;
    const connect = connectorOf(target, this.#timeoutMs);
    const options = { connections: 8, headersTimeout: 0, bodyTimeout: 0, connect };
    const { Agent } = undici();
    this.#agent = new Agent({ ...options, pipelining: 1 });
    this.#fresh = new Agent({ ...options, pipelining: 0 });
  }

  async send(request: WireRequest, options: SendOptions = {}): Promise<WireResponse> {
    const { closeAfter = false, mayBeIgnored = false, mayBeClosed = false, asWritten = false } = options;
    const url = new URL(request.url);
    this.#checkSilence(url);
    const timeoutMs = mayBeIgnored
      ? Math.min(this.#slowestMs + extraPatienceMs, this.#timeoutMs)
      : this.#timeoutMs;
    const sentAt = steadyNow();
    let came: string | undefined;
    try {
      const answer = await (this.#keepsOpen ? this.#agent : this.#fresh).request({
        origin: url.origin,
        path: asWritten ? request.url.replace(/^[^/]*\/\/[^/]*/, '') : url.pathname + url.search,
        method: methodOf(request.method),
        headers: request.headers,
        body: request.body ?? null,
        signal: AbortSignal.timeout(timeoutMs),
        reset: closeAfter,
      });
      const { statusCode: status, statusText: reason } = answer;
      came = `the status ${status} and not all of the body`;
      const headers = joined(answer.headers);
      const { content: body, ...coding } = endsWithHead.includes(status)
        ? await nothingOf(answer.body)
        : decoded(headers, await readBody(answer.body, url), largestBody);
      const receivedAt = steadyNow();
      this.#consecutiveTimeouts = 0;
      this.#slowestMs = Math.max(this.#slowestMs, receivedAt - sentAt);
      return { status, reason, headers, body, ...coding, sentAt, receivedAt };
    } catch (error) {
      if (error instanceof TransportError) throw error;
      if (isTimeout(error) && !mayBeIgnored) this.#noteTimeout(sentAt);
      const broke = howItBroke(error);
      if (broke === 'closed' && !mayBeClosed) this.#keepsOpen = false;
      throw new TransportError(
        inWords(error, url, timeoutMs, timeoutMs === this.#timeoutMs, came),
        !neverSent(error),
        broke,
      );
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#agent.destroy(), this.#fresh.destroy()]);
  }

  /** Waiting for a silent target in every test would take hours. */
  #checkSilence(url: URL): void {
    if (this.#now() >= this.#silentUntil) return;
    throw new TransportError(
      `${url.origin} stopped answering: ${timeoutsTolerated} consecutive requests timed out, so this one was not sent.`,
      false,
    );
  }

  /** Concurrent timeouts count once: a target may keep all attempts of one account waiting. */
  #noteTimeout(sentAt: number): void {
    if (sentAt < this.#timedOutAt) return;
    this.#timedOutAt = steadyNow();
    this.#consecutiveTimeouts += 1;
    if (this.#consecutiveTimeouts >= timeoutsTolerated) this.#silentUntil = this.#now() + 4 * this.#timeoutMs;
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

function methodOf(text: string): Dispatcher.HttpMethod {
  const method = methods.find((each) => each === text);
  if (method === undefined) throw new TransportError(`The suite doesn't send ${text} requests.`, false);
  return method;
}

/** These answers end with their header section, whatever length it declares (RFC 9112 6.3). */
const endsWithHead = [204, 304];

/** undici takes a missing body for one that was cut off. */
async function nothingOf(body: Dispatcher.ResponseData['body']): Promise<Decoded> {
  await body.dump().catch(() => undefined);
  return { content: Buffer.alloc(0) };
}

async function readBody(body: AsyncIterable<Uint8Array>, url: URL): Promise<Buffer> {
  const bytes = await bytesWithin(body, largestBody);
  if (bytes === undefined) throw new TransportError(tooLarge(url, largestBody));
  return bytes;
}
