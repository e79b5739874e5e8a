import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf, orElse } from './errors.js';

/** Creates a folder and its parents. Node's own recursive mkdir never returns for paths below /proc. */
export function makeFolder(path: string, mode = 0o777): void {
  if (isFolder(path)) return;
  const whole = resolve(path);
  const parent = dirname(whole);
  if (found(parent) === undefined && parent !== dirname(parent)) makeFolder(parent, mode);
  try {
    mkdirSync(whole, { mode });
  } catch (error) {
    // Another process may have created the folder meanwhile.
    if (!isFolder(path)) throw error;
  }
}

export const isFolder = (path: string): boolean => found(path)?.isDirectory() ?? false;

export const isFile = (path: string): boolean => found(path)?.isFile() ?? false;

/** Returns undefined also for unreadable paths, such as circular links: a later use of the path says why. */
const found = (path: string): Stats | undefined =>
  orElse(undefined, () => statSync(path, { throwIfNoEntry: false }));

/** Replaces a file atomically. @param flush whether the new content must survive a power loss */
export function replaceFile(file: string, text: string, mode = 0o666, flush = false): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    // Another user may have put a link there, which this process must not follow.
    rmSync(temporary, { force: true });
    writeFileSync(temporary, text, { flag: 'wx', mode, flush });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Emptying the file first would be a hundred times as slow. A kill may leave old and new text mixed. */
export function overwriteFile(file: string, text: string): void {
  const bytes = Buffer.from(text);
  withFile(file, constants.O_RDWR | constants.O_CREAT, (handle) => {
    ftruncateSync(handle, writeSync(handle, bytes, 0, bytes.length, 0));
  });
}

export function withFile<T>(file: string, flags: string | number, step: (handle: number) => T): T {
  const handle = openSync(file, flags, 0o600);
  try {
    return step(handle);
  } finally {
    closeSync(handle);
  }
}

/** Such an error blames this machine, not the target. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return (
    'path' in error || ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EMFILE', 'EIO'].includes(String(error.code))
  );
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

/** Reads a regular file, or says why it can't. `mode`: the permission bits. */
export function wholeFile(path: string, most: number, tooLarge = `is too large: more than ${most} bytes`) {
  try {
    // Non-blocking, since opening a pipe without a writer would wait forever.
    return withFile(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0), (handle) => {
      const status = fstatSync(handle);
      if (status.isDirectory()) return { trouble: 'is a folder, not a file' };
      if (!status.isFile()) return { trouble: 'is not a regular file' };
      if (status.size > most) return { trouble: tooLarge };
      return { bytes: readFileSync(handle), mode: status.mode & 0o777 };
    });
  } catch (error) {
    const code = codeOf(error) || 'unknown error';
    return { trouble: troubles[code] ?? `can't be read (${code})` };
  }
}

export function bytesOf(file: string, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from);
  withFile(file, 'r', (handle) => readSync(handle, bytes, 0, bytes.length, from));
  return bytes;
}

/** Reads a stream to its end. Destroys a stream of more than `most` bytes and returns undefined. */
export async function bytesWithin(
  stream: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
