import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigurationError, orExplain } from '../../base/errors.js';
import { bytesOf, isFileError, makeFolder } from '../../base/files.js';
import type { EventBody, Learned, RunEvent } from '../../base/model/event.js';
import { printable } from '../../base/redaction/printable.js';
import { parsedJson } from '../../base/shape.js';
import { checkBy } from '../../base/spec-schema.js';
import { steadyNow } from '../../base/steady-now.js';

export const eventsName = 'events.jsonl';
export const eventsFile = (folder: string): string => join(folder, eventsName);

/** All processes append each event at once, so a kill loses nothing. Only the owner can read the file. */
export class EventLog {
  /** Events for which the disk had no room. Only the process that created the log goes on without them. */
  readonly unwritten: RunEvent[] = [];
  readonly #handle: number;
  #isOpen = true;

  private constructor(
    readonly file: string,
    private readonly keepsUnwritten: boolean,
  ) {
    this.#handle = orExplain(`${file} can't be written to`, () => openSync(file, 'a+', 0o600));
  }

  /** The creating process must restore the target, so a full disk does not stop it. */
  static create(file: string): EventLog {
    rmSync(file, { force: true });
    return new EventLog(file, true);
  }

  /** On a full disk, writing throws, so that this process does nothing unlogged. */
  static open(file: string): EventLog {
    return new EventLog(file, false);
  }

  readonly write = (event: EventBody): void => {
    // A restoration may go on after the run has closed the log.
    if (!this.#isOpen) return;
    const whole: RunEvent = { at: new Date(steadyNow()).toISOString(), ...event };
    // Once an event is missing, later events stay out too: a log with a gap would mislead its readers.
    if (this.unwritten.length === 0 && this.#written(whole)) return;
    this.unwritten.push(whole);
    if (!this.keepsUnwritten)
      throw new ConfigurationError(`${this.file} can't be written to: there is no room.`);
  };

  #written(event: RunEvent): boolean {
    const line = Buffer.from(lineOf(event));
    try {
      // One appending write for each line keeps the lines of several processes whole.
      return writeSync(this.#handle, line) === line.length;
    } catch (error) {
      if (isFileError(error)) return false;
      throw error;
    }
  }

  /** The whole content. The open handle still reaches it if somebody deleted the file. */
  text(): string {
    const bytes = Buffer.alloc(fstatSync(this.#handle).size);
    let at = 0;
    for (let read = 1; read > 0; at += read) read = readSync(this.#handle, bytes, at, bytes.length - at, at);
    return bytes.toString('utf8', 0, at);
  }

  /** The index is unique among all processes of the run. */
  nextIndex(): number {
    // Validating a whole log would take a second.
    const begins = this.text().matchAll(/^\{"at":"[^"]*","type":"exchange","index":(\d+)/gm);
    let last = -1;
    for (const [, index] of begins) last = Math.max(last, Number(index));
    return last + 1;
  }

  endedTests(): ReadonlySet<string> {
    const ended = this.text().matchAll(/^\{"at":"[^"]*","type":"test ended","requirement":"([^"]+)"/gm);
    return new Set([...ended].map(([, id = '']) => id));
  }

  /** For speed, validates only the lines of learned facts. */
  learned(): Learned[] {
    const lines = this.text().split('\n');
    const likely = lines.filter((line) => line.includes('"type":"learned"')).join('\n');
    return eventsIn(likely, this.file).flatMap((event) => (event.type === 'learned' ? [event] : []));
  }

  /** Writes the file again if somebody deleted or replaced it. @returns whether it did */
  rescue(): boolean {
    const there = statSync(this.file, { throwIfNoEntry: false });
    if (there?.ino === fstatSync(this.#handle).ino) return false;
    makeFolder(dirname(this.file), 0o700);
    rmSync(this.file, { force: true });
    writeFileSync(this.file, this.text(), { mode: 0o600, flag: 'wx' });
    return true;
  }

  close(): void {
    this.#isOpen = false;
    closeSync(this.#handle);
  }
}

export const lineOf = (event: RunEvent): string => `${printable(JSON.stringify(event))}\n`;

const version = 2;

const check = checkBy<RunEvent>('events.schema.json', 'event');
const known: Readonly<Record<RunEvent['type'], true>> = {
  'run began': true,
  exchange: true,
  finding: true,
  'test began': true,
  'wait began': true,
  wait: true,
  retry: true,
  fact: true,
  learned: true,
  adopted: true,
  used: true,
  'expectation failed': true,
  'arrange failed': true,
  'transport failed': true,
  'configuration failed': true,
  'suite failed': true,
  'not run': true,
  'not applicable': true,
  'test ended': true,
  unusable: true,
  'shut out': true,
  restored: true,
  'run ended': true,
};

/** Skips a line that a kill cut off, and event types of newer versions. */
export const readEvents = (file: string): RunEvent[] => eventsIn(readFileSync(file, 'utf8'), file);

export function eventsIn(text: string, place: string): RunEvent[] {
  return text.split('\n').flatMap((line, at) => {
    const value = parsedJson(line);
    const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
    if (type === 'run began') demandVersion(value, place);
    return typeof type === 'string' && Object.hasOwn(known, type) ? [check(value, `${place}:${at + 1}`)] : [];
  });
}

function demandVersion(began: unknown, place: string): void {
  const { schemaVersion, suiteVersion }: Partial<Record<string, unknown>> = Object(began);
  if (schemaVersion === version || typeof schemaVersion !== 'number') return;
  throw new ConfigurationError(
    `${place} has log schema version ${schemaVersion}; this mfa-conformance reads only version ${version}. Make its report with mfa-conformance ${suiteVersion}, which wrote the log.`,
  );
}

export class EventTail {
  #done = 0;
  #ino: number | undefined;

  constructor(private readonly file: string) {}

  news(): RunEvent[] {
    const bytes = this.#added();
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.#done += whole.length;
    return eventsIn(whole.toString('utf8'), this.file);
  }

  /** Returns none if the file was deleted or replaced: they only serve for display. */
  #added(): Buffer {
    try {
      const { size, ino } = statSync(this.file);
      this.#ino ??= ino;
      if (ino !== this.#ino) return Buffer.alloc(0);
      return size > this.#done ? bytesOf(this.file, this.#done, size) : Buffer.alloc(0);
    } catch (error) {
      if (isFileError(error)) return Buffer.alloc(0);
      throw error;
    }
  }
}
