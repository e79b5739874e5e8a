import {
  closeSync,
  constants,
  fdatasyncSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { bytesOf } from '../../base/files.js';
import { jsonOf, objectOf, shapedLike, shapes } from '../../base/shape.js';
import { type Moment, momentNow } from './moment.js';

/** A line of the log: a write that is sent or answered, or a lag that was seen. */
interface Line extends Partial<Moment> {
  readonly sent?: string;
  readonly request?: string;
  readonly at?: string;
  readonly answered?: string;
  readonly status?: number | null;
  readonly mayDiffer?: boolean;
  readonly lagMs?: number;
}

const { text, number, flag, orNull } = shapes;

const isLine = shapedLike<Line>(
  objectOf<Line>(
    {
      boot: text,
      up: number,
      sent: text,
      request: text,
      at: text,
      answered: text,
      status: orNull(number),
      mayDiffer: flag,
      lagMs: number,
    },
    ['boot', 'up', 'sent', 'request', 'at', 'answered', 'status', 'mayDiffer', 'lagMs'],
  ),
);

/** A write as the log tells of it. */
interface Write {
  readonly request: string;
  readonly sent: Moment;
  /** Undefined: it has no answer, and may still land. */
  answered: Moment | undefined;
  /** What it may have changed is not as found. */
  mayDiffer: boolean;
}

/** What has to pass before the state that is read is the state that stays. */
export interface Unsettled {
  /** In milliseconds from now; 0 or less: it is settled. */
  readonly leftMs: number;
  /** Requests without an answer, that may still land. */
  readonly pending: readonly string[];
}

/** How long reads may lag where nothing was seen of it yet. */
const unknownLagMs = 5_000;
const leastLagMs = 500;

const lineFeed = 0x0a;

/**
 * The writes of a run, in a file beside the journal: each as sent, before it is, then as answered, a line each. What
 * has no answer may still land, after the run that sent it has ended.
 */
export class WriteLog {
  /** Of the file, as far as it is known here; in bytes. */
  #size = 0;
  #writes = new Map<string, Write>();
  #lagMs: number | undefined;
  #count = 0;
  /** Whether a line that can't be written is kept in memory: the state is being restored. */
  #mayFail = false;
  readonly #unwritten: Line[] = [];
  /** When this process first saw writes of another start of the machine, which can't be dated. */
  readonly #firstSeen = momentNow();

  constructor(readonly file: string) {}

  /** So many writes of this process. */
  get count(): number {
    return this.#count;
  }

  /** What can't be written from here on is kept in memory. */
  keepInMemory(): void {
    this.#mayFail = true;
  }

  /** The file is lost, and with it, perhaps, the last lines. */
  loseFile(): void {
    this.#mayFail = true;
    const request = 'what was under way when the state folder was lost';
    this.#keep({ sent: 'unknown', request, ...momentNow() });
  }

  /** Before a write is sent. @throws ConfigurationError where that can't be put on disk: nothing may be sent then */
  sent(request: string): string {
    this.#count += 1;
    const id = `${process.pid}-${this.#count}`;
    const line = { sent: id, request, at: new Date().toISOString(), ...momentNow() };
    try {
      this.#append(line, true);
    } catch (error) {
      if (this.#mayFail) {
        this.#keep(line);
        return id;
      }
      throw new ConfigurationError(
        `${this.file} can't be written, so nothing is changed on the target any more: ${reasonOf(error)}. ` +
          'It tells which writes may still land.',
      );
    }
    return id;
  }

  /** @param mayDiffer whether the configuration may be other than it was found by it */
  answered(id: string, status: number | null, mayDiffer: boolean): void {
    this.#appendIfPossible({ answered: id, status, mayDiffer, ...momentNow() });
  }

  /** How long after its answer a write showed at the latest, in milliseconds; 0 where the first read always showed it. */
  get lagMs(): number {
    return this.#lagMs ?? 0;
  }

  /** A read showed a write so long after its answer, 0 where the first one did. */
  lagSeen(ms: number): void {
    if (this.#lagMs !== undefined && ms <= this.#lagMs) return;
    this.#appendIfPossible({ lagMs: ms });
  }

  /** @param settleMs how long a write without an answer may still land */
  unsettled(settleMs: number, now = momentNow()): Unsettled {
    this.load();
    const seen = this.#lagMs;
    // That the first read showed a change may have been luck, where a target has several nodes.
    const lagMs = seen === undefined ? unknownLagMs : 2 * seen + leastLagMs;
    const pending = new Set<string>();
    let leftMs = 0;
    for (const { request, sent, answered, mayDiffer } of this.#writes.values()) {
      if (answered !== undefined && !mayDiffer) continue;
      const from = answered ?? sent;
      const since = from.boot !== '' && from.boot === now.boot ? from.up : this.#firstSeen.up;
      const left = since + lagMs + (answered === undefined ? settleMs : 0) - now.up;
      if (left <= 0) continue;
      if (answered === undefined) pending.add(request);
      leftMs = Math.max(leftMs, left);
    }
    return { leftMs, pending: [...pending] };
  }

  /** Reads what other processes have written; keeps what was known where the file is gone. */
  load(): void {
    try {
      // It only grows.
      const { size } = statSync(this.file);
      if (size === this.#size) return;
      if (size < this.#size || !this.#readOn(size)) this.#parse(readFileSync(this.file, 'utf8'));
    } catch {
      // Gone: what was known still holds.
    }
  }

  /** Takes what was added. @returns whether what is known ends where a line does */
  #readOn(size: number): boolean {
    const bytes = bytesOf(this.file, this.#size, size);
    // Each line stands between two line feeds.
    if (this.#size === 0 || bytes[0] !== lineFeed) return false;
    // The last one may be half written.
    const whole = bytes.subarray(0, bytes.lastIndexOf(lineFeed) + 1);
    this.#size += whole.length;
    this.#takeLines(whole.toString('utf8'));
    return true;
  }

  /** There is nothing to wait for any more. */
  clear(): void {
    this.#unwritten.length = 0;
    rmSync(this.file, { force: true });
    this.#parse('');
  }

  /** For the first write of a run: what lies there is of one that has ended. */
  begin(): void {
    this.#parse('');
    closeSync(openSync(this.file, 'w', 0o600));
  }

  #appendIfPossible(line: Line): void {
    try {
      this.#append(line, false);
    } catch {
      // To others a write counts as unanswered then: it is waited for in vain, which is safe.
      if (this.#mayFail) this.#keep(line);
    }
  }

  /** Never makes the file: where it is gone, the journal is. */
  #append(line: Line, durable: boolean): void {
    // On a line of its own, also after one that a kill has cut off.
    const text = `\n${JSON.stringify(line)}\n`;
    this.load();
    const handle = openSync(this.file, constants.O_WRONLY | constants.O_APPEND);
    try {
      writeSync(handle, text);
      if (durable) fdatasyncSync(handle);
    } finally {
      closeSync(handle);
    }
    this.#size += Buffer.byteLength(text);
    this.#take(line);
  }

  #keep(line: Line): void {
    this.#unwritten.push(line);
    this.#take(line);
  }

  #parse(text: string): void {
    this.#size = Buffer.byteLength(text);
    this.#writes = new Map();
    this.#lagMs = undefined;
    this.#takeLines(text);
    for (const line of this.#unwritten) this.#take(line);
  }

  #takeLines(text: string): void {
    for (const line of text.split('\n')) {
      const read = jsonOf(line, isLine);
      // One that was cut off by a kill: its write was not sent yet, or counts as unanswered.
      if (read !== undefined) this.#take(read);
    }
  }

  #take({ boot = '', up = 0, request = '', ...line }: Line): void {
    const moment = { boot, up };
    if (line.sent !== undefined)
      this.#writes.set(line.sent, { request, sent: moment, answered: undefined, mayDiffer: true });
    const write = line.answered === undefined ? undefined : this.#writes.get(line.answered);
    if (write !== undefined) {
      write.answered = moment;
      write.mayDiffer = line.mayDiffer !== false;
    }
    if (line.lagMs !== undefined) this.#lagMs = Math.max(this.#lagMs ?? 0, line.lagMs);
  }
}
