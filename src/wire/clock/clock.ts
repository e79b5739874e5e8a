import { ArrangeError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';

/** The target's clock as the runner knows it. Times are epoch milliseconds. */
export interface TargetClock {
  now(): number;
  /** Target's time minus runner's time, milliseconds. */
  readonly offsetMs: number;
  /** Whether the offset was measured; until then it is taken for 0. */
  readonly known: boolean;
  /** Whether the clock can be moved: then nothing needs to wait for real time. */
  readonly canMove: boolean;
  /** So often it was found to have been set since, by answers' Date headers: codes made before are of another time. */
  readonly jumps: number;
  /** So far apart the clocks of the target's nodes were found to be within the last minute, at least; milliseconds. */
  readonly apartMs: number;
  /** Takes an answer's Date into account. @throws TransportError where the clock has to be read anew, and can't be */
  learn(sample: DateSample): Promise<void>;
  /** Moves the clock ahead. @throws ArrangeError where it can't be moved */
  advance(ms: number): Promise<void>;
}

/** One answer's Date header with the runner's clock around the exchange, epoch milliseconds. */
export interface DateSample {
  readonly dateHeader: string;
  readonly sentAt: number;
  readonly receivedAt: number;
}

interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Clocks that nobody sets differ by less. */
const longestDriftMs = 2_000;

/** What a cluster's other nodes answered shortly before: their clocks were not set either, and are not a step of TOTP apart. */
const nodes = { rememberedMs: 60_000, apartMs: 30_000 };

/**
 * What answers' Date headers (RFC 9110 6.6.1) say of a clock. One header tells the time to the second, and within the
 * exchange; so each allows an interval of offsets, and their intersection narrows with each answer. Answers that
 * contradict what was known (a clock was set, or drifts) begin anew.
 */
export class DateOffsets {
  #possible: Interval | undefined;
  #jumps = 0;
  /** What each clock that answers said last, with the runner's time. */
  #nodes: (Interval & { readonly at: number })[] = [];

  get known(): boolean {
    return this.#possible !== undefined;
  }

  /** So often one contradicted those before by more than clocks drift. */
  get jumps(): number {
    return this.#jumps;
  }

  get apartMs(): number {
    const gaps = this.#nodes.flatMap((one) => this.#nodes.map((other) => gapBetween(one, other)));
    // What is further apart is a clock before and after it was set.
    return Math.max(0, ...gaps.filter((gap) => gap <= nodes.apartMs));
  }

  /** The middle of the offsets that are possible, whole milliseconds. */
  get offsetMs(): number {
    return this.#possible === undefined ? 0 : Math.round((this.#possible.low + this.#possible.high) / 2);
  }

  /** How far the offset may be off, milliseconds either side; Infinity while unknown. */
  get uncertaintyMs(): number {
    return this.#possible === undefined
      ? Number.POSITIVE_INFINITY
      : Math.ceil((this.#possible.high - this.#possible.low) / 2);
  }

  /** Takes an answer's Date into account; false where the header is no HTTP date. */
  add({ dateHeader, sentAt, receivedAt }: DateSample): boolean {
    const date = parseHttpDate(dateHeader);
    if (date === undefined || receivedAt < sentAt) return false;
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
    return true;
  }

  /** The clock is about to be moved on purpose. */
  forget(): void {
    this.#possible = undefined;
    this.#nodes = [];
  }
}

/** Below zero where they overlap, milliseconds. */
function gapBetween(one: Interval, other: Interval): number {
  return Math.max(one.low, other.low) - Math.min(one.high, other.high);
}

/** A clock that can only be read: off the Date headers of the answers. */
export class DateOffsetClock extends DateOffsets implements TargetClock {
  readonly canMove = false;

  now(): number {
    return steadyNow() + this.offsetMs;
  }

  learn(sample: DateSample): Promise<void> {
    this.add(sample);
    return Promise.resolve();
  }

  advance(): Promise<void> {
    return Promise.reject(
      new ArrangeError("The target's clock can't be moved: the target file names no clock.control."),
    );
  }
}

const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Epoch milliseconds of an IMF-fixdate (RFC 9110 5.6.7), or undefined. */
function parseHttpDate(text: string): number | undefined {
  if (!httpDate.test(text)) return undefined;
  const time = Date.parse(text);
  // A day that doesn't exist, or with another day's name, is read as some other date: the way back shows it.
  return Number.isNaN(time) || new Date(time).toUTCString() !== text ? undefined : time;
}
