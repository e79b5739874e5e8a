import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../base/errors.js';
import { isFolder } from '../../base/files.js';
import type { Verdict } from '../../base/model/verdict.js';
import { parseVerdict } from './validate.js';

/** More than a verdict with every exchange in it; less than what JSON can't be read from. */
const maxBytes = 200_000_000;

/**
 * Reads and checks a verdict.
 *
 * @param path a verdict.json, or a folder with one in it
 * @throws ConfigurationError naming the file and what is wrong with it
 */
export function readVerdict(path: string): Verdict {
  const file = verdictFile(path);
  return parseVerdict(textOf(file), file);
}

function verdictFile(path: string): string {
  return isFolder(path) ? join(path, 'verdict.json') : path;
}

function textOf(file: string): string {
  try {
    const status = statSync(file, { throwIfNoEntry: false });
    if (status === undefined) throw new ConfigurationError(`${file}: no such verdict`);
    if (!status.isFile()) throw new ConfigurationError(`${file}: is not a file`);
    if (status.size > maxBytes) throw new ConfigurationError(`${file}: is too large for a verdict`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(
      `${file} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
