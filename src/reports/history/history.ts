import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { makeFolder } from '../../base/files.js';
import type { Verdict } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { lineOf, snapshotOfLine } from './entry.js';
import type { Snapshot } from './snapshot.js';

/** A file in the output folder: one line of JSON for each run on a target, oldest first. */
export const historyFile = 'history.jsonl';

/** Only this much of the history's end is read: some thousand runs. */
const longestRead = 64_000_000;

const lineFeed = 0x0a;

/**
 * Adds a run to the history. Several processes may append at once, since each writes its line in one piece. A line
 * that a kill cut off is ended first.
 */
export function appendToHistory(file: string, verdict: Verdict): void {
  const line = `${printable(JSON.stringify(lineOf(verdict)))}\n`;
  try {
    makeFolder(dirname(file));
    const descriptor = openSync(file, 'a+');
    try {
      appendLine(descriptor, Buffer.from(line));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const why = reasonOf(error);
    throw new ConfigurationError(`The history can't be written to ${file}: ${why}`);
  }
}

function appendLine(descriptor: number, line: Buffer): void {
  const closed = endsWithLine(descriptor) ? line : Buffer.concat([Buffer.from('\n'), line]);
  // After a partial write, as on a full disk, the second try begins on a new line.
  if (writeSync(descriptor, closed) < closed.length)
    writeSync(descriptor, Buffer.concat([Buffer.from('\n'), line]));
}

function endsWithLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] === lineFeed;
}

export interface History {
  /** In the order of the file. */
  readonly runs: readonly Snapshot[];
  /** The number of unreadable lines: cut off, or of another version of the suite. */
  readonly unread: number;
}

export interface Wanted {
  readonly target?: string;
  readonly last?: number;
}

export function readHistory(file: string, { target, last }: Wanted = {}): History {
  // Matches the written form, to skip lines without parsing them.
  const mark = target === undefined ? '' : printable(`"target":${JSON.stringify(target)}`);
  const all = endOf(file)
    .split('\n')
    .filter((line) => line.trim() !== '' && line.includes(mark));
  const lines = last === undefined ? all : all.slice(-last);
  const runs = lines.flatMap((line) => snapshotOfLine(line) ?? []);
  return { runs, unread: lines.length - runs.length };
}

function endOf(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new ConfigurationError(
      missing
        ? `${file}: no such history. Each mfa-conformance run adds to the one in its --out folder.`
        : `${file} can't be read: ${reasonOf(error)}`,
    );
  }
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(0, size - longestRead);
    const buffer = Buffer.alloc(size - start);
    const read = readSync(descriptor, buffer, 0, buffer.length, start);
    const text = buffer.subarray(0, read).toString('utf8');
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } catch (error) {
    throw new ConfigurationError(`${file} can't be read: ${reasonOf(error)}`);
  } finally {
    closeSync(descriptor);
  }
}
