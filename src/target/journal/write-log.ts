import { constants, fdatasyncSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { ConfigurationError, orElse, reasonOf } from '../../base/errors.js';
import { bytesOf, withFile } from '../../base/files.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../../base/shape.js';

const { text, number, flag, orNull } = shapes;

const isLine = objectOf(
  {
    boot: text,
    up: number,
    sent: text,
    request: text,
    at: text,
    answered: text,
    status: orNull(number),
    mayDiffer: flag,
  },
  ['boot', 'up', 'sent', 'request', 'at', 'answered', 'status', 'mayDiffer'],
);
type Line = Shaped<typeof isLine>;

interface Write {
  readonly request: string;
  readonly sent: Moment;
  /** When the answer came. Undefined if none came: the write may still take effect. */
  answered: Moment | undefined;
  mayDiffer: boolean;
}

const unknownLagMs = 5_000;
const leastLagMs = 500;

const lineFeed = 0x0a;

/** Logs a line before each write and after its answer. An unanswered write may still take effect. */
export class WriteLog {
  #size = 0;
  #writes = new Map<string, Write>();
  count = 0;
  /** Whether lines that can't be written stay in memory: during the restore, and once the file is lost. */
  #mayFail = false;
  readonly #unwritten: Line[] = [];
  /** Stands for the times of writes before the machine's last start, which can't be compared with later times. */
  readonly #firstSeen = momentNow();

  constructor(readonly file: string) {}

  keepInMemory(): void {
    this.#mayFail = true;
  }

  /** Continues after the file is lost. Its last lines may be missing. */
  loseFile(): void {
    this.#mayFail = true;
    const request = 'what was under way when the state folder was lost';
    this.#keep({ sent: 'unknown', request, ...momentNow() });
  }

  /** Logs a write before it is sent. @throws ConfigurationError if the disk refuses it: then nothing may be sent */
  sent(request: string): string {
    this.count += 1;
    const id = `${process.pid}-${this.count}`;
    const line = { sent: id, request, at: new Date().toISOString(), ...momentNow() };
    try {
      this.#append(line, true);
    } catch (error) {
      if (this.#mayFail) {
        this.#keep(line);
        return id;
      }
      throw new ConfigurationError(
        `${this.file} can't be written, so nothing more is changed on the target: ${reasonOf(error)}. ` +
          'It records which writes may still take effect.',
      );
    }
    return id;
  }

  /** @param mayDiffer true if the configuration may now differ from the original one */
  answered(id: string, status: number | null, mayDiffer: boolean): void {
    this.#appendIfPossible({ answered: id, status, mayDiffer, ...momentNow() });
  }

  /**
   * Returns how long writes may still take effect, in milliseconds, and which are unanswered. @param settleMs
   * this time for an unanswered one @param seenMs the longest delay until a read showed a change
   */
  unsettled(settleMs: number, seenMs?: number, now = momentNow()) {
    this.load();
    // With several nodes, a read may show a change early by luck, so allow for some delay.
    const lagMs = seenMs === undefined ? unknownLagMs : 2 * seenMs + leastLagMs;
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

  /** Reads the lines that other processes have added. If the file is missing, nothing changes. */
  load(): void {
    try {
      // The file only grows, so an equal size means that it is unchanged.
      const { size } = statSync(this.file);
      if (size === this.#size) return;
      if (size < this.#size || !this.#readOn(size)) this.#parse(readFileSync(this.file, 'utf8'));
    } catch {
      // The file is gone; the lines read so far remain valid.
    }
  }

  /** Reads the added part of the file. @returns false if the part read before doesn't end with a line */
  #readOn(size: number): boolean {
    const bytes = bytesOf(this.file, this.#size, size);
    // Writers put a line feed before and after each line, so the added part begins with one.
    if (this.#size === 0 || bytes[0] !== lineFeed) return false;
    // The last line may be half written.
    const whole = bytes.subarray(0, bytes.lastIndexOf(lineFeed) + 1);
    this.#size += whole.length;
    this.#takeLines(whole.toString('utf8'));
    return true;
  }

  clear(): void {
    this.#unwritten.length = 0;
    rmSync(this.file, { force: true });
    this.#parse('');
  }

  begin(): void {
    this.#parse('');
    writeFileSync(this.file, '', { mode: 0o600 });
  }

  #appendIfPossible(line: Line): void {
    try {
      this.#append(line, false);
    } catch {
      // Without this line, other processes treat the write as unanswered and wait for it, which is safe.
      if (this.#mayFail) this.#keep(line);
    }
  }

  /** Appends a line. Doesn't create the file: if it is gone, so is the journal. */
  #append(line: Line, durable: boolean): void {
    // The leading line feed ends a line that a kill cut off.
    const text = `\n${JSON.stringify(line)}\n`;
    this.load();
    withFile(this.file, constants.O_WRONLY | constants.O_APPEND, (handle) => {
      writeSync(handle, text);
      if (durable) fdatasyncSync(handle);
    });
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
    this.#takeLines(text);
    for (const line of this.#unwritten) this.#take(line);
  }

  #takeLines(text: string): void {
    for (const line of text.split('\n')) {
      const read = jsonOf(line, isLine);
      // Skips a line that a kill cut off: its write was not sent, or counts as unanswered.
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
  }
}

/** A moment by the monotonic clock: milliseconds since the machine's start, and an id of that start. */
export const moment = objectOf({ boot: shapes.text, up: shapes.number });
type Moment = Shaped<typeof moment>;

let bootId: string | undefined;

/** Returns the time by the monotonic clock that all processes of a machine share. */
export function momentNow(): Moment {
  bootId ??= readBootId();
  return { boot: bootId, up: Number(process.hrtime.bigint() / 1_000_000n) };
}

/** Returns the id of the machine's start. If empty (unknown), writes of other processes count as sent just now. */
const readBootId = (): string =>
  orElse('', () => `${hostname()} ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`);
