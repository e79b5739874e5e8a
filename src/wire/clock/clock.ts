import { ArrangeError, ConfigurationError, codeOf, TransportError } from '../../base/errors.js';
import { bytesWithin } from '../../base/files.js';
import { undici } from '../../base/libraries.js';
import { jsonOf, objectOf, shapes } from '../../base/shape.js';
import { steadyNow } from '../../base/steady-now.js';

/** Times are the runner's epoch milliseconds. */
export interface DateSample {
  readonly dateHeader: string;
  readonly sentAt: number;
  readonly receivedAt: number;
}

interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A larger difference means that somebody set the clock. */
const longestDriftMs = 2_000;

/** How long a node's clock is remembered, and how far apart nodes' clocks may be. */
const nodes = { rememberedMs: 60_000, apartMs: 30_000 };

/**
 * The runner's view of the target's clock, from the Date headers of answers (RFC 9110 6.6.1), in epoch
 * milliseconds. Each header allows an interval of offsets; their intersection narrows the offset. An answer
 * that contradicts it starts the measurement over.
 */
export abstract class TargetClock {
  abstract readonly canMove: boolean;
  #possible: Interval | undefined;
  #jumps = 0;
  /** Each distinct clock's latest interval, and the runner's time of its answer. */
  #nodes: (Interval & { readonly at: number })[] = [];

  abstract advance(ms: number): Promise<void>;

  now(): number {
    return steadyNow() + this.offsetMs;
  }

  /** The target's time minus the runner's, in whole milliseconds. */
  get offsetMs(): number {
    return this.#possible === undefined ? 0 : Math.round((this.#possible.low + this.#possible.high) / 2);
  }

  /** Until the offset is known, it counts as 0. */
  get known(): boolean {
    return this.#possible !== undefined;
  }

  /** How often somebody set the clock. Codes made before belong to another time. */
  get jumps(): number {
    return this.#jumps;
  }

  /** The least difference between nodes' clocks that explains the last minute's answers. */
  get apartMs(): number {
    const gaps = this.#nodes.flatMap((one) => this.#nodes.map((other) => gapBetween(one, other)));
    // A larger gap means that somebody set the clock between the answers.
    return Math.max(0, ...gaps.filter((gap) => gap <= nodes.apartMs));
  }

  /** @throws TransportError or ConfigurationError if a controlled clock jumped and its control fails */
  async learn({ dateHeader, sentAt, receivedAt }: DateSample): Promise<void> {
    const date = parseHttpDate(dateHeader);
    if (date === undefined || receivedAt < sentAt) return;
    const sample: Interval = { low: date - receivedAt, high: date + 1000 - sentAt };
    const known = this.#nodes.filter(({ at }) => receivedAt - at < nodes.rememberedMs);
    if (this.#possible !== undefined) {
      const gap = gapBetween(this.#possible, sample);
      const isNode = gap <= nodes.apartMs && known.some((each) => gapBetween(each, sample) <= longestDriftMs);
      if (gap > longestDriftMs && !isNode) this.#jumps += 1;
    }
    const others = known.filter((each) => gapBetween(each, sample) > 0);
    this.#nodes = [...others, { ...sample, at: receivedAt }];
    const low = Math.max(sample.low, this.#possible?.low ?? sample.low);
    const high = Math.min(sample.high, this.#possible?.high ?? sample.high);
    this.#possible = low <= high ? { low, high } : sample;
  }

  protected forget(): void {
    this.#possible = undefined;
    this.#nodes = [];
  }
}

/** Negative if the intervals overlap. */
const gapBetween = (one: Interval, other: Interval): number =>
  Math.max(one.low, other.low) - Math.min(one.high, other.high);

export class DateOffsetClock extends TargetClock {
  readonly canMove = false;

  async advance(): Promise<void> {
    throw new ArrangeError("The target's clock can't be moved: the target file names no clock.control.");
  }
}

function parseHttpDate(text: string): number | undefined {
  const time = Date.parse(text);
  // Date.parse accepts other forms, impossible days and wrong weekdays.
  return text.length === 29 && new Date(time).toUTCString() === text ? time : undefined;
}

const largestAnswer = 4096;

/** GET returns `{"now": "ISO 8601"}`. POST `{"advanceMs": N}` moves the clock and answers the same. */
export class ControlledClock extends TargetClock {
  readonly canMove = true;
  #offsetMs = 0;
  #movedAt = 0;

  private constructor(
    private readonly url: URL,
    private readonly timeoutMs: number,
  ) {
    super();
  }

  /** @throws TransportError if no answer comes in time, ConfigurationError for an unusable one */
  static async connect(control: string, timeoutMs = 5000): Promise<ControlledClock> {
    if (!URL.canParse(control) || !/^https?:$/.test(new URL(control).protocol)) {
      throw new ConfigurationError('clock.control is not an http or https URL.');
    }
    const clock = new ControlledClock(new URL(control), timeoutMs);
    await clock.refresh();
    return clock;
  }

  override get known(): boolean {
    return true;
  }

  override get offsetMs(): number {
    return this.#offsetMs;
  }

  override async learn(sample: DateSample): Promise<void> {
    // An answer to an earlier request may show the time before or after the move.
    if (sample.sentAt < this.#movedAt) return;
    const before = this.jumps;
    await super.learn(sample);
    if (this.jumps > before) await this.refresh();
  }

  async refresh(): Promise<void> {
    await this.#exchange('GET');
  }

  /** @param ms a whole number, 0 or more */
  async advance(ms: number): Promise<void> {
    if (!Number.isSafeInteger(ms) || ms < 0) {
      throw new ArrangeError(`A clock can be moved ahead by whole milliseconds only, not by ${ms}.`);
    }
    await this.#exchange('POST', JSON.stringify({ advanceMs: ms }));
    this.forget();
    this.#movedAt = steadyNow();
  }

  async #exchange(method: 'GET' | 'POST', body?: string): Promise<void> {
    const sentAt = steadyNow();
    const answer = await this.#send(method, body);
    const receivedAt = steadyNow();
    const wrong = (what: string) => new ConfigurationError(`${this.#name} answered ${method} with ${what}.`);
    if (answer.status !== 200) throw wrong(`${answer.status}, not with 200 and the time`);
    const { now: text = '' } = jsonOf(answer.text, objectOf({ now: shapes.text })) ?? {};
    const now = isoTime.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(now)) throw wrong('something else than {"now": "ISO 8601"}');
    this.#offsetMs = now - Math.round((sentAt + receivedAt) / 2);
  }

  async #send(method: 'GET' | 'POST', body: string | undefined): Promise<{ status: number; text: string }> {
    try {
      const answer = await undici().request(this.url, {
        method,
        signal: AbortSignal.timeout(this.timeoutMs),
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
      });
      return { status: answer.statusCode, text: String(await bytesWithin(answer.body, largestAnswer)) };
    } catch (error) {
      throw new TransportError(`${this.#name} did not answer ${method}: ${inWords(error, this.timeoutMs)}.`);
    }
  }

  get #name(): string {
    return `The clock control at ${this.url.origin}${this.url.pathname}`;
  }
}

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

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
