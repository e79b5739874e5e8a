import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../src/base/errors.js';

export { temporaryFolder } from '../cli/suite.js';

/** Writes a file that, by default, others can read. */
export function write(folder: string, name: string, content: string | Uint8Array, mode = 0o644): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('No ConfigurationError was thrown.');
}
