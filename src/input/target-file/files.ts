import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, orExplain } from '../../base/errors.js';
import { isFolder } from '../../base/files.js';
import { isTargetFile } from './read.js';

/** A folder stands for all visible target files directly in it. */
export function targetFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => (isFolder(path) ? filesIn(path) : [path]));
}

function filesIn(folder: string): string[] {
  const names = orExplain(`${folder} (-t) can't be listed`, () => readdirSync(folder));
  const files = names
    .filter((name) => isTargetFile(name) && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
    .filter((file) => !isFolder(file));
  if (files.length > 0) return files;
  throw new ConfigurationError(
    `${folder} (-t) holds no target file: none of its files ends in .yaml, .yml or .json. Folders in it are not looked into.`,
  );
}
