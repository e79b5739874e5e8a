import { request } from 'undici';
import { ArrangeError, ConfigurationError, codeOf, TransportError } from '../../base/errors.js';
import { jsonOf, objectOf, shapedLike, shapes } from '../../base/shape.js';
import { steadyNow } from '../../base/steady-now.js';
import { DateOffsets, type DateSample, type TargetClock } from './clock.js';

/** Answers of the clock protocol have about 40 bytes. */
const largestAnswer = 4096;

/**
 * A clock that the suite moves by the clock protocol. GET answers `{"now": "ISO 8601"}`; POST `{"advanceMs":
 * N}` answers the same after the move. In between it follows the runner's clock, and Date headers reveal if
 * somebody else sets it.
 */
export class ControlledClock implements TargetClock {
  readonly canMove = true;
  readonly known = true;
  readonly #url: URL;
  readonly #dates = new DateOffsets();
  #offsetMs = 0;
  #movedAt = 0;

  private constructor(
    url: URL,
    private readonly timeoutMs: number,
  ) {
    this.#url = url;
  }

  /** @throws TransportError without an answer in time, ConfigurationError for one of another protocol */
  static async connect(control: string, timeoutMs = 5000): Promise<ControlledClock> {
    if (!URL.canParse(control) || !/^https?:$/.test(new URL(control).protocol)) {
      throw new ConfigurationError('clock.control is not an http or https URL.');
    }
    const clock = new ControlledClock(new URL(control), timeoutMs);
    await clock.refresh();
    return clock;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  get jumps(): number {
    return this.#dates.jumps;
  }

  get apartMs(): number {
    return this.#dates.apartMs;
  }

  now(): number {
    return steadyNow() + this.#offsetMs;
  }

  async learn(sample: DateSample): Promise<void> {
    // The answer to a request sent before a move may show either time.
    if (sample.sentAt < this.#movedAt) return;
    const before = this.jumps;
    this.#dates.add(sample);
    if (this.jumps > before) await this.refresh();
  }

  /** Reads the clock again, as somebody else may have moved it. */
  async refresh(): Promise<void> {
    await this.#exchange('GET');
  }

  /** Moves the clock ahead by whole milliseconds, 0 or more. */
  async advance(ms: number): Promise<void> {
    if (!Number.isSafeInteger(ms) || ms < 0) {
      throw new ArrangeError(`A clock can be moved ahead by whole milliseconds only, not by ${ms}.`);
    }
    await this.#exchange('POST', JSON.stringify({ advanceMs: ms }));
    this.#dates.forget();
    this.#movedAt = steadyNow();
  }

  async #exchange(method: 'GET' | 'POST', body?: string): Promise<void> {
    const sentAt = steadyNow();
    const answer = await this.#send(method, body);
    const receivedAt = steadyNow();
    const wrong = (what: string) => new ConfigurationError(`${this.#name} answered ${method} with ${what}.`);
    if (answer.status !== 200) throw wrong(`${answer.status}, not with 200 and the time`);
    const now = timeOf(answer.text);
    if (now === undefined) throw wrong('something else than {"now": "ISO 8601"}');
    this.#offsetMs = now - Math.round((sentAt + receivedAt) / 2);
  }

  async #send(method: 'GET' | 'POST', body: string | undefined): Promise<{ status: number; text: string }> {
    try {
      const answer = await request(this.#url, {
        method,
        signal: AbortSignal.timeout(this.timeoutMs),
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
      });
      return { status: answer.statusCode, text: await textOf(answer.body) };
    } catch (error) {
      throw new TransportError(`${this.#name} did not answer ${method}: ${inWords(error, this.timeoutMs)}.`);
    }
  }

  /** The URL without credentials and query. */
  get #name(): string {
    return `The clock control at ${this.#url.origin}${this.#url.pathname}`;
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop destroys the stream, so a long page is not read to its end.
    if (size > largestAnswer) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Epoch milliseconds of `{"now": "ISO 8601"}`; undefined for any other text. */
function timeOf(text: string): number | undefined {
  const now = jsonOf(text, isClock)?.now;
  if (now === undefined || !isoTime.test(now)) return undefined;
  const time = Date.parse(now);
  return Number.isNaN(time) ? undefined : time;
}

const isClock = shapedLike(objectOf({ now: shapes.text }));

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
};

function inWords(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'for an unknown reason';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const code = codeOf(error);
  return words[code] ?? (code === '' ? error.message : code);
}
