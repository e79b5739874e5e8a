import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { codeOf } from '../../base/errors.js';

/** No configuration file or certificate chain is larger than this. */
const maxBytes = 1_000_000;

export interface TextFile {
  readonly text: string;
  /** Permission bits; meaningless on Windows. */
  readonly mode: number;
}

export function readTextFile(path: string): TextFile | { readonly trouble: string } {
  let descriptor: number;
  try {
    // Non-blocking, since opening a pipe without a writer would wait forever.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return { trouble: openTrouble(error) };
  }
  try {
    const status = fstatSync(descriptor);
    if (status.isDirectory()) return { trouble: 'is a folder, not a file' };
    if (!status.isFile()) return { trouble: 'is not a regular file' };
    if (status.size > maxBytes) return { trouble: `is too large: more than ${maxBytes} bytes` };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(descriptor));
    return { text, mode: status.mode & 0o777 };
  } catch (error) {
    return {
      trouble: error instanceof TypeError ? 'is not UTF-8 text: save it as UTF-8' : openTrouble(error),
    };
  } finally {
    closeSync(descriptor);
  }
}

const troubles: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file: a part of its path is not a folder',
  EACCES: 'may not be read: permission denied',
  EPERM: 'may not be read: permission denied',
  EISDIR: 'is a folder, not a file',
  ELOOP: 'is a symbolic link that leads in a circle',
  ENAMETOOLONG: 'has too long a name',
};

function openTrouble(error: unknown): string {
  const code = codeOf(error) || 'unknown error';
  return troubles[code] ?? `can't be read (${code})`;
}
