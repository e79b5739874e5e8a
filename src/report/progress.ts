import type { OutcomeKind } from '../model/verdict.js';
import { printable } from '../redaction/printable.js';
import { duration, type Paint, paint } from '../words.js';

export interface ProgressOptions {
  readonly stream: { write(text: string): unknown; readonly columns?: number | undefined };
  /** Whether the stream is a terminal, where a line can be written over. */
  readonly tty: boolean;
  readonly colour: boolean;
  readonly quiet: boolean;
  /** How many requirements there are to come. */
  readonly total: number;
}

const redrawMs = 250;
/** In a log, a shorter wait is not worth a line. */
const longWaitMs = 30_000;
const defaultWidth = 80;
const eraseLine = '\r\u001b[2K';

const order: readonly OutcomeKind[] = ['pass', 'fail', 'inconclusive', 'waived', 'not run', 'not applicable'];

type Counts = Map<OutcomeKind, number>;

/**
 * Shows how a run is getting on. On a terminal: one line that is written over, and a lasting one for each failure.
 * Elsewhere, in a log: a line for each area when it is done, and one for each failure. Quiet: nothing at all.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #ink: Paint;
  readonly #all: Counts = new Map();
  /** Counts by area since the area was last reported. */
  readonly #areas = new Map<string, Counts>();
  /** Requirements that are being checked, the latest last. Several targets may be at the same one. */
  readonly #running: string[] = [];
  #wait: { readonly what: string; readonly untilMs: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lineShown = false;
  #finished = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#ink = paint(options.colour);
  }

  /** A requirement's test begins. */
  started(id: string): void {
    if (this.#finished) return;
    this.#running.push(id);
    this.#reportIdleAreas(areaOf(id));
    this.#live();
  }

  /** What came of a requirement; it need not have been started. */
  ended(id: string, kind: OutcomeKind, reason: string): void {
    if (this.#finished) return;
    const at = this.#running.lastIndexOf(id);
    if (at !== -1) this.#running.splice(at, 1);
    this.#wait = undefined;
    const area = areaOf(id);
    this.#reportIdleAreas(area);
    const counts = this.#areas.get(area) ?? new Map<OutcomeKind, number>();
    this.#areas.set(area, counts);
    for (const each of [counts, this.#all]) each.set(kind, (each.get(kind) ?? 0) + 1);
    if (kind === 'fail' || kind === 'inconclusive') this.#permanent(this.#failureLine(id, kind, reason));
    this.#live();
  }

  /** @param untilMs the runner's clock when it ends at the latest, in epoch milliseconds */
  waiting(what: string, untilMs: number): void {
    if (this.#finished) return;
    this.#wait = { what, untilMs };
    const ms = untilMs - Date.now();
    if (!this.#options.tty && ms >= longWaitMs) {
      const end = new Date(untilMs).toISOString().slice(11, 19);
      this.#permanent(
        `${this.#progress()} waiting for ${printable(what)}: ${duration(ms)}, until ${end} UTC`,
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
    this.#reportIdleAreas('');
    this.#finished = true;
    clearInterval(this.#timer);
    this.#erase();
  }

  #failureLine(id: string, kind: 'fail' | 'inconclusive', reason: string): string {
    const colour = kind === 'fail' ? this.#ink.bad : this.#ink.warn;
    const first = printable(reason.trim().split('\n')[0] ?? '');
    return `${colour(kind)} ${printable(id)}${first === '' ? '' : `: ${first}`}`;
  }

  /** In a log, an area is done once another one is looked at and nothing of it is running. */
  #reportIdleAreas(current: string): void {
    if (this.#options.tty) return;
    for (const [area, counts] of this.#areas) {
      if (area === current || this.#running.some((id) => areaOf(id) === area)) continue;
      this.#areas.delete(area);
      this.#permanent(`${this.#progress()} ${printable(area)}: ${inWords(counts)}`);
    }
  }

  #progress(): string {
    const done = [...this.#all.values()].reduce((sum, count) => sum + count, 0);
    return `[${String(done).padStart(String(this.#options.total).length)}/${this.#options.total}]`;
  }

  #permanent(line: string): void {
    if (this.#options.quiet) return;
    this.#erase();
    this.#options.stream.write(`${line}\n`);
  }

  /** Draws the live line now, and again while it is on view. */
  #live(): void {
    if (!this.#options.tty || this.#options.quiet) return;
    this.#timer ??= setInterval(() => this.#draw(), redrawMs).unref();
    this.#draw();
  }

  #draw(): void {
    const width = this.#options.stream.columns || defaultWidth;
    // A line that fills the last column wraps on some terminals, and can't be erased then.
    const line = cut(this.#liveLine(), width - 1);
    this.#options.stream.write(`${eraseLine}${this.#ink.faint(line)}`);
    this.#lineShown = true;
  }

  #liveLine(): string {
    const id = this.#running.at(-1);
    const parts = [this.#progress(), inWords(this.#all)];
    if (this.#wait !== undefined) {
      const left = Math.max(0, Math.ceil((this.#wait.untilMs - Date.now()) / 1000));
      parts.push(`waiting for ${printable(this.#wait.what)}: ${left} s`);
    }
    if (id !== undefined) parts.push(printable(id));
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

function areaOf(id: string): string {
  return id.split('/')[0] ?? id;
}

function inWords(counts: Counts): string {
  return order.flatMap((kind) => (counts.has(kind) ? [`${counts.get(kind)} ${kind}`] : [])).join(', ');
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
