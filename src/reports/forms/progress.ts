import type { OutcomeKind } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { steadyNow } from '../../base/steady-now.js';
import { duration, onOneLine, type Paint, paint } from '../../base/words.js';

export interface ProgressOptions {
  readonly stream: { write(text: string): unknown; readonly columns?: number | undefined };
  /** Whether the stream is a terminal, where a line can be written over. */
  readonly tty: boolean;
  readonly colour: boolean;
  readonly quiet: boolean;
  /** How many requirements there are to come, of all targets. */
  readonly total: number;
  /** How long it took before, in milliseconds; null or absent: what is left is told by the run's own pace. */
  readonly expectedMs?: number | null;
}

const redrawMs = 250;
/** In a log, a shorter wait is not worth a line. */
const longWaitMs = 30_000;
/** In a log, after so long without a line one says that the run goes on. */
const silenceMs = 60_000;
const defaultWidth = 80;
/** Of a failure, in characters. */
const longestReason = 300;
const eraseLine = '\r\u001b[2K';

const order: readonly OutcomeKind[] = ['pass', 'fail', 'inconclusive', 'waived', 'not run', 'not applicable'];

type Counts = Map<OutcomeKind, number>;

/** A requirement that is being checked on a target. */
interface Running {
  readonly id: string;
  readonly target: string;
}

interface Wait {
  readonly what: string;
  readonly untilMs: number;
}

/**
 * Shows how a run is getting on: how much is done, how long it took, and how long it will take, as known from before or
 * by its pace. On a terminal: one line that is written over, and a lasting one for each failure. Elsewhere, in a log: a
 * line for each area when it is done, one for each failure, and one a minute where there is nothing else to say. Quiet:
 * nothing at all. Targets are named where there are several; else their name is the empty text.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #ink: Paint;
  readonly #all: Counts = new Map();
  readonly #startedAt = steadyNow();
  /** Counts by target and area since it was last reported. */
  readonly #areas = new Map<string, { readonly target: string; readonly counts: Counts }>();
  /** Requirements that are being checked, the latest last. Several targets may be at the same one. */
  readonly #running: Running[] = [];
  /** By target, the latest last. */
  readonly #waits = new Map<string, Wait>();
  #timer: NodeJS.Timeout | undefined;
  #spokenAt = steadyNow();
  #lineShown = false;
  #finished = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#ink = paint(options.colour);
  }

  /** A requirement's test begins. */
  started(id: string, target = ''): void {
    if (this.#finished) return;
    this.#running.push({ id, target });
    this.#reportIdleAreas({ id, target });
    this.#live();
  }

  /** What came of a requirement; it need not have been started. */
  ended(id: string, kind: OutcomeKind, reason: string, target = ''): void {
    if (this.#finished) return;
    const at = this.#running.findLastIndex((each) => each.id === id && each.target === target);
    if (at !== -1) this.#running.splice(at, 1);
    this.#waits.delete(target);
    const area = areaOf({ id, target });
    this.#reportIdleAreas({ id, target });
    const counts: Counts = this.#areas.get(area)?.counts ?? new Map();
    this.#areas.set(area, { target, counts });
    for (const each of [counts, this.#all]) each.set(kind, (each.get(kind) ?? 0) + 1);
    if (kind === 'fail' || kind === 'inconclusive')
      this.#permanent(this.#failureLine(named(id, target), kind, reason));
    this.#live();
  }

  /** @param untilMs the runner's clock when it ends at the latest, in epoch milliseconds */
  waiting(what: string, untilMs: number, target = ''): void {
    if (this.#finished) return;
    this.#waits.delete(target);
    this.#waits.set(target, { what, untilMs });
    const ms = untilMs - steadyNow();
    if (!this.#options.tty && ms >= longWaitMs) {
      const end = new Date(untilMs).toISOString().slice(11, 19);
      const id = this.#running.findLast((each) => each.target === target)?.id;
      const whose = id === undefined ? named('', target).trim() : named(id, target);
      this.#permanent(
        `${this.#progress()} ${whose === '' ? '' : `${printable(whose)}: `}waiting for ${printable(what)}: ${duration(ms)}, until ${end} UTC`,
      );
    }
    this.#live();
  }

  /** A lasting line. */
  note(text: string): void {
    this.#permanent(printable(text));
    if (!this.#finished) this.#live();
  }

  /** The last word: the live line goes, areas not yet reported are. Nothing is shown over after it. */
  finish(): void {
    if (this.#finished) return;
    this.#running.length = 0;
    this.#reportIdleAreas(undefined);
    this.#finished = true;
    clearInterval(this.#timer);
    this.#erase();
  }

  #failureLine(id: string, kind: 'fail' | 'inconclusive', reason: string): string {
    const colour = kind === 'fail' ? this.#ink.bad : this.#ink.warn;
    const first = cut(printable(onOneLine(reason)), longestReason);
    return `${colour(kind)} ${printable(id)}${first === '' ? '' : `: ${first}`}`;
  }

  /** In a log, an area is done once another one of its target is looked at and nothing of it is running. */
  #reportIdleAreas(current: Running | undefined): void {
    if (this.#options.tty) return;
    for (const [area, { target, counts }] of this.#areas) {
      if (current !== undefined && (target !== current.target || area === areaOf(current))) continue;
      if (this.#running.some((each) => areaOf(each) === area)) continue;
      this.#areas.delete(area);
      this.#permanent(`${this.#progress()} ${printable(area)}: ${inWords(counts)}`);
    }
  }

  /** `[120/383, 40 s, about 1 min 20 s left]` */
  #progress(): string {
    const { total, expectedMs } = this.#options;
    const done = [...this.#all.values()].reduce((sum, count) => sum + count, 0);
    const elapsed = steadyNow() - this.#startedAt;
    const left = (expectedMs ?? expectedByPace(elapsed, done / total)) - elapsed;
    const times = [inSeconds(elapsed), ...(left >= 1000 ? [`about ${inSeconds(left)} left`] : [])];
    return `[${String(done).padStart(String(total).length)}/${total}, ${times.join(', ')}]`;
  }

  #permanent(line: string): void {
    if (this.#options.quiet) return;
    this.#spokenAt = steadyNow();
    this.#erase();
    this.#options.stream.write(`${line}\n`);
  }

  /** Draws the live line now, and again while it is on view; in a log, sees to it that something is said. */
  #live(): void {
    if (this.#options.quiet) return;
    if (this.#options.tty) {
      this.#timer ??= setInterval(() => this.#draw(), redrawMs).unref();
      this.#draw();
    } else this.#timer ??= setInterval(() => this.#goesOn(), silenceMs / 4).unref();
  }

  #goesOn(): void {
    if (steadyNow() - this.#spokenAt >= silenceMs) this.#permanent(this.#liveLine());
  }

  #draw(): void {
    const width = this.#options.stream.columns || defaultWidth;
    // A line that fills the last column wraps on some terminals, and can't be erased then.
    const line = cut(this.#liveLine(), width - 1);
    this.#options.stream.write(`${eraseLine}${this.#ink.faint(line)}`);
    this.#lineShown = true;
  }

  #liveLine(): string {
    const running = this.#running.at(-1);
    const parts = [this.#progress(), inWords(this.#all)];
    const [target, wait] = [...this.#waits].at(-1) ?? ['', undefined];
    if (wait !== undefined) {
      const left = Math.max(0, Math.ceil((wait.untilMs - steadyNow()) / 1000));
      const whose = target === '' ? '' : `${printable(target)} `;
      parts.push(`${whose}waiting for ${printable(wait.what)}: ${left} s`);
    }
    if (running !== undefined) parts.push(printable(named(running.id, running.target)));
    return parts
      .filter((part) => part !== '')
      .join('  ')
      .replaceAll('\n', ' ');
  }

  #erase(): void {
    if (!this.#lineShown) return;
    this.#options.stream.write(eraseLine);
    this.#lineShown = false;
  }
}

/** Before so much of it is done, a run's pace tells nothing. */
const leastDone = 0.2;
/** Of what is over sooner nobody asks how long it takes. */
const worthTellingMs = 30_000;

/** How long a run takes that nobody has seen before, in milliseconds; 0 where that can't be told yet. */
function expectedByPace(elapsed: number, done: number): number {
  return done >= leastDone && elapsed >= worthTellingMs ? elapsed / done : 0;
}

function areaOf({ id, target }: Running): string {
  return named(id.split('/')[0] ?? id, target);
}

function named(text: string, target: string): string {
  return target === '' ? text : `${target} ${text}`;
}

/** 40 s, 3 min 5 s. */
function inSeconds(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function inWords(counts: Counts): string {
  return order.flatMap((kind) => (counts.has(kind) ? [`${counts.get(kind)} ${kind}`] : [])).join(', ');
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
