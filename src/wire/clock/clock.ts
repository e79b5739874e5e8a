import { ArrangeError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';

/** The runner's view of the target's clock. Times are epoch milliseconds. */
export interface TargetClock {
  now(): number;
  /** Target's time minus runner's time, milliseconds. */
  readonly offsetMs: number;
  /** Whether the offset was measured; until then it counts as 0. */
  readonly known: boolean;
  /** Whether the clock can be moved, so that tests need not wait. */
  readonly canMove: boolean;
  /** How often Date headers showed that somebody set the clock. Earlier codes then belong to another time. */
  readonly jumps: number;
  /** The least difference between nodes' clocks within the last minute, in milliseconds. */
  readonly apartMs: number;
  /** Learns from an answer's Date. @throws TransportError if it must read the clock again and can't */
  learn(sample: DateSample): Promise<void>;
  /** Moves the clock ahead. @throws ArrangeError if the clock can't be moved */
  advance(ms: number): Promise<void>;
}

/** An answer's Date header with the runner's times of sending and receiving, epoch milliseconds. */
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

/** How long answers of other nodes count, and how far apart the clocks of nodes may be. */
const nodes = { rememberedMs: 60_000, apartMs: 30_000 };

/**
 * Measures a clock by answers' Date headers (RFC 9110 6.6.1). A header tells the second at some time during
 * the exchange, which allows an interval of offsets. Intersecting the intervals narrows the offset. A
 * contradicting answer, from a clock that was set or drifts, starts over.
 */
export class DateOffsets {
  #possible: Interval | undefined;
  #jumps = 0;
  /** The last answer of each distinct clock, with the runner's time. */
  #nodes: (Interval & { readonly at: number })[] = [];

  get known(): boolean {
    return this.#possible !== undefined;
  }

  /** How often an answer contradicted earlier ones by more than the drift. */
  get jumps(): number {
    return this.#jumps;
  }

  get apartMs(): number {
    const gaps = this.#nodes.flatMap((one) => this.#nodes.map((other) => gapBetween(one, other)));
    // A larger gap is one clock before and after somebody set it.
    return Math.max(0, ...gaps.filter((gap) => gap <= nodes.apartMs));
  }

  /** The middle of the possible offsets, in whole milliseconds. */
  get offsetMs(): number {
    return this.#possible === undefined ? 0 : Math.round((this.#possible.low + this.#possible.high) / 2);
  }

  /** The maximum error of the offset in milliseconds; Infinity while it is unknown. */
  get uncertaintyMs(): number {
    return this.#possible === undefined
      ? Number.POSITIVE_INFINITY
      : Math.ceil((this.#possible.high - this.#possible.low) / 2);
  }

  /** Learns from an answer's Date; false if the header is not an HTTP date. */
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

  /** Discards all samples before the suite moves the clock. */
  forget(): void {
    this.#possible = undefined;
    this.#nodes = [];
  }
}

/** The gap in milliseconds; negative if the intervals overlap. */
function gapBetween(one: Interval, other: Interval): number {
  return Math.max(one.low, other.low) - Math.min(one.high, other.high);
}

/** A clock that the suite only reads, from Date headers. */
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

/** Epoch milliseconds of an IMF-fixdate (RFC 9110 5.6.7), or undefined. */
function parseHttpDate(text: string): number | undefined {
  const time = Date.parse(text);
  // Date.parse accepts other forms, impossible days and wrong weekdays; formatting the result reveals them.
  return text.length === 29 && new Date(time).toUTCString() === text ? time : undefined;
}
