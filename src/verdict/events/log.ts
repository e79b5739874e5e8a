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
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { bytesOf, isOfFiles, makeFolder } from '../../base/files.js';
import type { EventBody, RunEvent } from '../../base/model/event.js';
import { printable } from '../../base/redaction/printable.js';
import { checkBy } from '../../base/spec-schema.js';
import { steadyNow } from '../../base/steady-now.js';

/** The log of a target's run, in the folder of its reports. */
export const eventsName = 'events.jsonl';
export const eventsFile = (folder: string): string => join(folder, eventsName);

/**
 * All that happens in a run on one target, a line an event, written as it happens by all processes of the run: one that
 * is killed takes nothing along. Only its owner can read it.
 */
export class EventLog {
  /** What there was no room for, where the log is of a process that has more to do than to write it. */
  readonly unwritten: RunEvent[] = [];
  readonly #handle: number;
  #isOpen = true;

  private constructor(
    readonly file: string,
    private readonly goesOn: boolean,
  ) {
    try {
      this.#handle = openSync(file, 'a+', 0o600);
    } catch (error) {
      throw new ConfigurationError(`${file} can't be written to: ${reasonOf(error)}`);
    }
  }

  /** A new log, in place of one from before. A full disk doesn't keep the process that began it from restoring. */
  static create(file: string): EventLog {
    rmSync(file, { force: true });
    return new EventLog(file, true);
  }

  /** The log that the run's first process has begun. What can't be written down is not to be tried. */
  static open(file: string): EventLog {
    return new EventLog(file, false);
  }

  readonly write = (event: EventBody): void => {
    // Restoring that nobody waits for any more may go on after the end.
    if (!this.#isOpen) return;
    const whole: RunEvent = { at: new Date(steadyNow()).toISOString(), ...event };
    // What comes after something that is missing would be read without it.
    if (this.unwritten.length === 0 && this.#written(whole)) return;
    this.unwritten.push(whole);
    if (!this.goesOn) throw new ConfigurationError(`${this.file} can't be written to: there is no room.`);
  };

  #written(event: RunEvent): boolean {
    const line = Buffer.from(lineOf(event));
    try {
      // One write a line, at the end of the file whoever else writes: lines of several processes don't mix.
      return writeSync(this.#handle, line) === line.length;
    } catch (error) {
      if (isOfFiles(error)) return false;
      throw error;
    }
  }

  /** All that it holds, from its first line on, where its file is lost, too: the handle still leads to it. */
  text(): string {
    const bytes = Buffer.alloc(fstatSync(this.#handle).size);
    let at = 0;
    for (let read = 1; read > 0; at += read) read = readSync(this.#handle, bytes, at, bytes.length - at, at);
    return bytes.toString('utf8', 0, at);
  }

  /** Of the next exchange: processes of one run go on counting. */
  nextIndex(): number {
    // Whole logs take a second to check: how the lines of exchanges begin is enough here.
    const begins = this.text().matchAll(/^\{"at":"[^"]*","type":"exchange","index":(\d+)/gm);
    let last = -1;
    for (const [, index] of begins) last = Math.max(last, Number(index));
    return last + 1;
  }

  /** Puts the file back where it was lost, for its owner alone. @returns whether it was */
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

/** What is invisible becomes a JSON escape. */
export const lineOf = (event: RunEvent): string => `${printable(JSON.stringify(event))}\n`;

/** Of the logs that are read; see RunBegan. */
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
  adopted: true,
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

/**
 * The events of a log so far. A line that was cut off by a kill, and events of newer versions, are left out: what they
 * told is lost, not wrong.
 *
 * @throws ConfigurationError for an event that is not what its type says
 */
export function readEvents(file: string): RunEvent[] {
  return eventsIn(readFileSync(file, 'utf8'), file);
}

/** Likewise, of lines of a log. */
export function eventsIn(text: string, place: string): RunEvent[] {
  return text.split('\n').flatMap((line, at) => {
    const value = parsed(line);
    const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
    if (type === 'run began') demandVersion(value, place);
    return typeof type === 'string' && Object.hasOwn(known, type) ? [check(value, `${place}:${at + 1}`)] : [];
  });
}

/** A log of another version is not misread. */
function demandVersion(began: unknown, place: string): void {
  const { schemaVersion, suiteVersion }: Partial<Record<string, unknown>> = Object(began);
  if (schemaVersion === version || typeof schemaVersion !== 'number') return;
  throw new ConfigurationError(
    `${place} is a log of schema version ${schemaVersion}, and this version reads ${version}: report it by mfa-conformance ${suiteVersion}, which wrote it.`,
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Reads on in a log that others are writing. */
export class EventTail {
  #done = 0;
  #ino: number | undefined;

  constructor(private readonly file: string) {}

  /** What was written since it was called last. */
  news(): RunEvent[] {
    const bytes = this.#added();
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.#done += whole.length;
    return eventsIn(whole.toString('utf8'), this.file);
  }

  /** Nothing where the file is lost, or another was put in its place: what it tells of is only shown. */
  #added(): Buffer {
    try {
      const { size, ino } = statSync(this.file);
      this.#ino ??= ino;
      if (ino !== this.#ino) return Buffer.alloc(0);
      return size > this.#done ? bytesOf(this.file, this.#done, size) : Buffer.alloc(0);
    } catch (error) {
      if (isOfFiles(error)) return Buffer.alloc(0);
      throw error;
    }
  }
}
