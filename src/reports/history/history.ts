import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError, orExplain, reasonOf } from '../../base/errors.js';
import { bytesOf, makeFolder } from '../../base/files.js';
import type { Verdict } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { lineOf, snapshotOfLine } from './entry.js';

/** A file in the output folder: one line of JSON for each run on a target, oldest first. */
export const historyFile = 'history.jsonl';

/** Only this many bytes at the end are read: some thousand runs. */
const longestRead = 64_000_000;

/** Each line is one write, because several processes may append. A cut line before it stays apart. */
export function appendToHistory(file: string, verdict: Verdict): void {
  const line = Buffer.from(`${printable(JSON.stringify(lineOf(verdict)))}\n`);
  const onNewLine = Buffer.concat([Buffer.from('\n'), line]);
  orExplain(`The history can't be written to ${file}`, () => {
    makeFolder(dirname(file));
    const descriptor = openSync(file, 'a');
    try {
      const { size } = statSync(file);
      const isWhole = size === 0 || bytesOf(file, size - 1, size).toString() === '\n';
      const next = isWhole ? line : onNewLine;
      // A partial write, as on a full disk, leaves half a line. So the second try begins on a new line.
      if (writeSync(descriptor, next) < next.length) writeSync(descriptor, onNewLine);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** @returns the runs, and the number of unreadable lines: cut off, or of another version of the suite */
export function readHistory(
  file: string,
  { target, last = Infinity }: { readonly target?: string; readonly last?: number } = {},
) {
  // Compares the target's name as it is written, so that lines of other targets need no parsing.
  const mark = target === undefined ? '' : printable(`"target":${JSON.stringify(target)}`);
  const lines = endOf(file)
    .split('\n')
    .filter((line) => line.trim() !== '' && line.includes(mark))
    .slice(-last);
  const runs = lines.flatMap((line) => snapshotOfLine(line) ?? []);
  return { runs, unread: lines.length - runs.length };
}

function endOf(file: string): string {
  try {
    const { size } = statSync(file);
    const start = Math.max(0, size - longestRead);
    const text = bytesOf(file, start, size).toString('utf8');
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } catch (error) {
    throw new ConfigurationError(
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? `${file}: no such history. Each mfa-conformance run adds to the one in its --out folder.`
        : `${file} can't be read: ${reasonOf(error)}`,
    );
  }
}
