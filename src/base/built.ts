import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { packageRoot } from './package-root.js';

/**
 * The place of a file that the build derives from others, to spare each process the work. A digest of the sources
 * in the name keeps outdated results from being used.
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
