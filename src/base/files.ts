import {
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing. Node's own way never returns below /proc, where a folder that is
 * there refuses to hold another as if it were missing.
 *
 * @param mode of the folders that are made
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let at = resolve(path); found(at) === undefined; at = dirname(at)) {
    missing.push(at);
    if (dirname(at) === at) break;
  }
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!isFolder(folder)) throw error;
    }
  }
  // What is there and is not a folder: the system says so best.
  if (missing.length === 0 && !isFolder(path)) mkdirSync(path);
}

export function isFolder(path: string): boolean {
  return found(path)?.isDirectory() ?? false;
}

export function isFile(path: string): boolean {
  return found(path)?.isFile() ?? false;
}

/** What can't be looked at, as a link that leads in a circle, is as good as missing: using it says why. */
function found(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Puts a file in its place in one step: a reader sees the old one or the new one. */
export function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    // Never through a link that somebody has put there.
    rmSync(temporary, { force: true });
    writeFileSync(temporary, text, { flag: 'wx' });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a small private file that is written again and again. A kill may cut it off: its reader must take that. File
 * systems put a file that was emptied before on the disk at once, as a safeguard, which takes a hundred times as long.
 */
export function overwriteFile(file: string, text: string): void {
  const handle = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const bytes = Buffer.from(text);
    ftruncateSync(handle, writeSync(handle, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(handle);
  }
}

/** A full disk, a link that leads in a circle: the machine's matter, and the message says which. */
export function isOfFiles(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return (
    'path' in error || ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EMFILE', 'EIO'].includes(String(error.code))
  );
}

/** What stands in a file from one offset to another, for who reads on where others write. */
export function bytesOf(file: string, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, bytes, 0, bytes.length, from);
  } finally {
    closeSync(handle);
  }
  return bytes;
}
