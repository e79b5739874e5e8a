import type { OutcomeKind } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { steadyNow } from '../../base/steady-now.js';
import { cut, onOneLine, type Paint, paint } from '../../base/words.js';

export interface ProgressOptions {
  readonly stream: { write(text: string): unknown; readonly columns?: number | undefined };
  readonly tty: boolean;
  readonly colour: boolean;
  readonly quiet: boolean;
  readonly total: number;
  readonly leftMs?: () => number;
  readonly mayBeLonger?: () => boolean;
}

const redrawMs = 250;
/** A log reports a wait of at least this time if it takes twice as long as earlier waits for the same thing. */
const longWaitMs = 3_000;
const unusual = 2;
const silenceMs = 60_000;
const defaultWidth = 80;
const longestReason = 300;
const eraseLine = '\r\u001b[2K';

const order: readonly OutcomeKind[] = ['pass', 'fail', 'inconclusive', 'waived', 'not run', 'not applicable'];

type Counts = Map<OutcomeKind, number>;

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

/** A terminal has one live line; a log has lines for areas and long waits, and at least one a minute. */
export class Progress {
  readonly #ink: Paint;
  readonly #all: Counts = new Map();
  readonly #startedAt = steadyNow();
  readonly #areas = new Map<string, { readonly target: string; readonly counts: Counts }>();
  /** Requirements under test, the latest last. Several targets may test the same requirement. */
  readonly #running: Running[] = [];
  readonly #waits = new Map<string, Wait>();
  readonly #longest = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #spokenAt = steadyNow();
  #lineShown = false;
  #finished = false;

  constructor(private readonly options: ProgressOptions) {
    this.#ink = paint(options.colour);
  }

  started(id: string, target = ''): void {
    if (this.#finished) return;
    this.#running.push({ id, target });
    this.#reportIdleAreas({ id, target });
    this.#live();
  }

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
    if (kind === 'fail' || kind === 'inconclusive') {
      const colour = kind === 'fail' ? this.#ink.bad : this.#ink.warn;
      const first = cut(printable(onOneLine(reason)), longestReason);
      this.#print(`${colour(kind)} ${printable(named(id, target))}${first === '' ? '' : `: ${first}`}`);
    }
    this.#live();
  }

  /** @param untilMs the latest end by the runner's clock, in epoch milliseconds */
  waiting(what: string, untilMs: number, target = ''): void {
    if (this.#finished) return;
    this.#waits.delete(target);
    this.#waits.set(target, { what, untilMs, sinceMs: steadyNow(), isTold: false });
    this.#live();
  }

  waited(what: string, ms: number, target = ''): void {
    this.#waits.delete(target);
    this.#longest.set(what, Math.max(ms, this.#longest.get(what) ?? 0));
  }

  note(text: string): void {
    this.#print(printable(text));
    if (!this.#finished) this.#live();
  }

  finish(): void {
    if (this.#finished) return;
    this.#running.length = 0;
    this.#reportIdleAreas(undefined);
    this.#finished = true;
    clearInterval(this.#timer);
    this.#erase();
  }

  /** Reports areas without a running test, whose target has moved on to another area. */
  #reportIdleAreas(current: Running | undefined): void {
    if (this.options.tty) return;
    for (const [area, { target, counts }] of this.#areas) {
      if (current !== undefined && (target !== current.target || area === areaOf(current))) continue;
      if (this.#running.some((each) => areaOf(each) === area)) continue;
      this.#areas.delete(area);
      this.#print(`${this.#progress()} ${printable(area)}: ${inWords(counts)}`);
    }
  }

  /** `[120/383, 40 s, about 1 min 20 s left]`, or `about 1 min 20 s or more left` */
  #progress(): string {
    const { total, leftMs, mayBeLonger } = this.options;
    const done = [...this.#all.values()].reduce((sum, count) => sum + count, 0);
    const elapsed = steadyNow() - this.#startedAt;
    const left = leftMs?.() ?? 0;
    const more = mayBeLonger?.() === true ? ' or more' : '';
    const times = [inSeconds(elapsed), ...(left >= 1000 ? [`about ${inSeconds(left)}${more} left`] : [])];
    return `[${String(done).padStart(String(total).length)}/${total}, ${times.join(', ')}]`;
  }

  #print(line: string): void {
    if (this.options.quiet) return;
    this.#spokenAt = steadyNow();
    this.#erase();
    this.options.stream.write(`${line}\n`);
  }

  #live(): void {
    if (this.options.quiet) return;
    if (this.options.tty) {
      this.#timer ??= setInterval(() => this.#draw(), redrawMs).unref();
      this.#draw();
    } else this.#timer ??= setInterval(() => this.#logWaits(), longWaitMs / 3).unref();
  }

  #logWaits(): void {
    for (const [target, wait] of this.#waits) {
      const ms = steadyNow() - wait.sinceMs;
      if (wait.isTold || ms < Math.max(longWaitMs, unusual * (this.#longest.get(wait.what) ?? 0))) continue;
      wait.isTold = true;
      const id = this.#running.findLast((each) => each.target === target)?.id ?? '';
      const whose = printable(named(id, target).trim());
      const end = new Date(wait.untilMs).toISOString().slice(11, 19);
      this.#print(
        `${this.#progress()} ${whose === '' ? '' : `${whose}: `}waiting for ${printable(wait.what)}, until ${end} UTC at most`,
      );
    }
    if (steadyNow() - this.#spokenAt >= silenceMs) this.#print(this.#liveLine());
  }

  #draw(): void {
    const width = this.options.stream.columns || defaultWidth;
    // Some terminals wrap a line that fills the last column. Then nothing can erase the line.
    const line = cut(this.#liveLine(), Math.max(0, width - 2));
    this.options.stream.write(`${eraseLine}${this.#ink.faint(line)}`);
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
    const shown = parts.filter((part) => part !== '');
    return shown.join('  ').replaceAll('\n', ' ');
  }

  #erase(): void {
    if (!this.#lineShown) return;
    this.options.stream.write(eraseLine);
    this.#lineShown = false;
  }
}

const areaOf = ({ id, target }: Running): string => named(id.split('/')[0] ?? id, target);

const named = (text: string, target: string): string => (target === '' ? text : `${target} ${text}`);

function inSeconds(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function inWords(counts: Counts): string {
  return order.flatMap((kind) => (counts.has(kind) ? [`${counts.get(kind)} ${kind}`] : [])).join(', ');
}
