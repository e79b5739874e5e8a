import { randomUUID } from 'node:crypto';
import { constants, fdatasyncSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { ConfigurationError, orElse, reasonOf } from '../../base/errors.js';
import { withFile } from '../../base/files.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../../base/shape.js';

const { text, number, flag, orNull } = shapes;

/** A moment by the monotonic clock: milliseconds since the machine's start, and an id of that start. */
const momentMembers = { boot: text, up: number };
export const moment = objectOf(momentMembers);
type Moment = Shaped<typeof moment>;

const isSent = objectOf({ sent: text, request: text, ...momentMembers });
const isAnswer = objectOf({ answered: text, status: orNull(number), mayDiffer: flag, ...momentMembers });
const isLine = shapes.either(isSent, isAnswer);
type Line = Shaped<typeof isLine>;

/** A write. Without an answer, it may still take effect. */
interface Write {
  readonly sent: Shaped<typeof isSent>;
  readonly answer?: Shaped<typeof isAnswer>;
}

const unknownLagMs = 5_000;
const leastLagMs = 500;

const lineFeed = 0x0a;

/** Logs a line before each write and after its answer. An unanswered write may still take effect. */
export class WriteLog {
  #size = 0;
  readonly #writes = new Map<string, Write>();
  count = 0;
  /** Whether lines that can't be written stay in memory: during the restore, and once the file is lost. */
  mayFail = false;
  readonly #unwritten: Line[] = [];
  /** Stands for the times of writes before the machine's last start, which can't be compared with later times. */
  readonly #firstSeen = momentNow();

  constructor(readonly file: string) {}

  /** Continues after the file is lost. Its last lines may be missing. */
  loseFile(): void {
    this.mayFail = true;
    const request = 'what was under way when the state folder was lost';
    this.#keep({ sent: 'unknown', request, ...momentNow() });
  }

  /** Logs a write before it is sent. @throws ConfigurationError if the disk refuses it: then nothing may be sent */
  sent(request: string): string {
    this.count += 1;
    // A number of this process could come again: in containers, each run has the same pid.
    const id = randomUUID();
    const line = { sent: id, request, at: new Date().toISOString(), ...momentNow() };
    try {
      this.#append(line, true);
    } catch (error) {
      throw new ConfigurationError(
        `${this.file} can't be written, so nothing more is changed on the target: ${reasonOf(error)}. ` +
          'It records which writes may still take effect.',
      );
    }
    return id;
  }

  /** @param mayDiffer true if the configuration may now differ from the original one */
  answered(id: string, status: number | null, mayDiffer: boolean): void {
    // Without this line, other processes treat the write as unanswered and wait for it, which is safe.
    orElse(undefined, () => this.#append({ answered: id, status, mayDiffer, ...momentNow() }, false));
  }

  /** For how many ms writes may take effect, and which are unanswered. @param seenMs the longest read-back delay */
  unsettled(settleMs: number, seenMs?: number, now = momentNow()) {
    this.load();
    // With several nodes, a read may show a change early by luck, so allow for some delay.
    const lagMs = seenMs === undefined ? unknownLagMs : 2 * seenMs + leastLagMs;
    const pending = new Set<string>();
    let leftMs = 0;
    for (const { sent, answer } of this.#writes.values()) {
      if (answer?.mayDiffer === false) continue;
      const { boot, up } = answer ?? sent;
      const since = boot !== '' && boot === now.boot ? up : this.#firstSeen.up;
      const left = since + lagMs + (answer === undefined ? settleMs : 0) - now.up;
      if (left <= 0) continue;
      if (answer === undefined) pending.add(sent.request);
      leftMs = Math.max(leftMs, left);
    }
    return { leftMs, pending: [...pending] };
  }

  /** Reads the lines added since the last call. If the file is missing, the lines read so far remain valid. */
  load(): void {
    const bytes = orElse(undefined, () => readFileSync(this.file));
    if (bytes === undefined || bytes.length === this.#size) return;
    // The file only grows. If the part read before no longer ends with a line, the file is another one.
    if (this.#size > 0 && bytes[this.#size - 1] !== lineFeed) this.#forget();
    // The last line may be half written.
    const end = bytes.lastIndexOf(lineFeed) + 1;
    // Skips a line that a kill cut off: its write was not sent, or counts as unanswered.
    const added = bytes
      .toString('utf8', this.#size, end)
      .split('\n')
      .flatMap((line) => jsonOf(line, isLine) ?? []);
    this.#size = end;
    for (const line of [...added, ...this.#unwritten]) this.#take(line);
  }

  clear(): void {
    this.#unwritten.length = 0;
    rmSync(this.file, { force: true });
    this.#forget();
  }

  begin(): void {
    this.#forget();
    writeFileSync(this.file, '', { mode: 0o600 });
  }

  #forget(): void {
    this.#size = 0;
    this.#writes.clear();
  }

  /** Appends a line. Doesn't create the file: if it is gone, so is the journal. */
  #append(line: Line, durable: boolean): void {
    try {
      withFile(this.file, constants.O_WRONLY | constants.O_APPEND, (handle) => {
        // The leading line feed ends a line that a kill cut off.
        writeSync(handle, `\n${JSON.stringify(line)}\n`);
        if (durable) fdatasyncSync(handle);
      });
      this.load();
      // A full disk may cut the line off without an error.
      this.#take(line);
    } catch (error) {
      if (!this.mayFail) throw error;
      this.#keep(line);
    }
  }

  #keep(line: Line): void {
    this.#unwritten.push(line);
    this.#take(line);
  }

  #take(line: Line): void {
    const id = 'sent' in line ? line.sent : line.answered;
    const write = this.#writes.get(id);
    if ('sent' in line) this.#writes.set(id, { ...write, sent: line });
    else if (write !== undefined) this.#writes.set(id, { ...write, answer: line });
  }
}

let bootId: string | undefined;

/** Returns the time by the monotonic clock that all processes of a machine share. */
export function momentNow(): Moment {
  // If the id is unknown, it is empty: then writes of other processes count as sent just now.
  bootId ??= orElse(
    '',
    () => `${hostname()} ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`,
  );
  return { boot: bootId, up: Number(process.hrtime.bigint() / 1_000_000n) };
}
