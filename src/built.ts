import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from './package-root.js';

/** What the build has made of files of the package, for which each process would take long. */
interface Built<T> {
  /** Of the files: what was made of others does not count. */
  readonly digest: string;
  readonly value: T;
}

const placeOf = (name: string) => join(packageRoot(), 'dist', name);

/** @returns undefined where nothing was built, or the files were changed since */
export function readBuilt<T>(name: string, files: readonly string[]): T | undefined {
  let built: Built<T>;
  try {
    built = JSON.parse(readFileSync(placeOf(name), 'utf8'));
  } catch {
    return undefined;
  }
  return built.digest === digestOf(files) ? built.value : undefined;
}

export function writeBuilt<T>(name: string, files: readonly string[], value: T): void {
  const built: Built<T> = { digest: digestOf(files), value };
  writeFileSync(placeOf(name), JSON.stringify(built));
}

function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(basename(file)).update(readFileSync(file));
  return hash.digest('hex');
}
