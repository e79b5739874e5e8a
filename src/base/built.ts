import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { packageRoot } from './package-root.js';

/**
 * Where the build keeps what it has made of files of the package, for which each process would take long. The name
 * holds a digest of the files: what was made of others is not found.
 *
 * @param name with its ending: `requirements.json`
 */
export function builtPlace(name: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(parse(file).base).update(readFileSync(file));
  const { name: stem, ext } = parse(name);
  return join(packageRoot(), 'dist', 'built', `${stem}-${hash.digest('hex').slice(0, 16)}${ext}`);
}

export function writeBuilt(place: string, content: string): void {
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
}
