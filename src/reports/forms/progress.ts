import type { OutcomeKind } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { steadyNow } from '../../base/steady-now.js';
import { onOneLine, type Paint, paint } from '../../base/words.js';

export interface ProgressOptions {
  readonly stream: { write(text: string): unknown; readonly columns?: number | undefined };
  /** Whether the stream is a terminal, where a line can be written over. */
  readonly tty: boolean;
  readonly colour: boolean;
  readonly quiet: boolean;
  /** How many requirements there are to come, of all targets. */
  readonly total: number;
  /** How long it will still take, in milliseconds. */
  readonly leftMs?: () => number;
}

const redrawMs = 250;
/** In a log, a wait that is over sooner is not worth a line, nor one that takes as long as others of its kind did. */
const longWaitMs = 3_000;
const unusual = 2;
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
  readonly sinceMs: number;
  isTold: boolean;
}

/**
 * Shows how a run is getting on: how much is done, how long it took, and how long it will take. On a terminal: one line that is written over, and a lasting one for each failure. Elsewhere, in a log: a
 * line for each area when it is done, one for each failure, one for a wait of seconds, and one a minute where there is
 * nothing else to say. Quiet: nothing at all. Targets are named where there are several; else their name is the empty text.
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
  /** By what was waited for: the longest such wait, in milliseconds. */
  readonly #longest = new Map<string, number>();
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
    this.#waits.set(target, { what, untilMs, sinceMs: steadyNow(), isTold: false });
    this.#live();
  }

  /** What was waited for is there. */
  waited(what: string, ms: number, target = ''): void {
    this.#waits.delete(target);
    this.#longest.set(what, Math.max(ms, this.#longest.get(what) ?? 0));
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
    const { total, leftMs } = this.#options;
    const done = [...this.#all.values()].reduce((sum, count) => sum + count, 0);
    const elapsed = steadyNow() - this.#startedAt;
    const left = leftMs?.() ?? 0;
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
    } else this.#timer ??= setInterval(() => this.#goesOn(), longWaitMs / 3).unref();
  }

  #goesOn(): void {
    for (const [target, wait] of this.#waits) {
      const ms = steadyNow() - wait.sinceMs;
      if (wait.isTold || ms < Math.max(longWaitMs, unusual * (this.#longest.get(wait.what) ?? 0))) continue;
      wait.isTold = true;
      const id = this.#running.findLast((each) => each.target === target)?.id ?? '';
      const whose = printable(named(id, target).trim());
      const end = new Date(wait.untilMs).toISOString().slice(11, 19);
      this.#permanent(
        `${this.#progress()} ${whose === '' ? '' : `${whose}: `}waiting for ${printable(wait.what)}, until ${end} UTC at most`,
      );
    }
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
