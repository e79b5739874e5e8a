import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from './errors.js';

const packageName = 'mfa-conformance';

let found: { readonly folder: string; readonly version: string } | undefined;

/** The absolute path of the folder that holds `spec/`. Sources and `dist/` share it. */
export const packageRoot = (): string => own().folder;
export const suiteVersion = (): string => own().version;

function own(): NonNullable<typeof found> {
  found ??= search(dirname(fileURLToPath(import.meta.url)));
  return found;
}

function search(start: string): NonNullable<typeof found> {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const content: { name?: unknown; version?: unknown } = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : {};
    if (content.name === packageName) return { folder, version: String(content.version) };
    if (folder === dirname(folder)) {
      throw new ConfigurationError(`No package.json of ${packageName} in ${start} or any folder above it.`);
    }
  }
}

/** The path's name holds the digest of `files`, so the built file is never stale. */
export function builtPlace(name: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(parse(file).base).update(readFileSync(file));
  const { name: stem, ext } = parse(name);
  return join(packageRoot(), 'dist', 'built', `${stem}-${hash.digest('hex').slice(0, 16)}${ext}`);
}

export function readBuilt<T>(place: string): T | undefined {
  return existsSync(place) ? JSON.parse(readFileSync(place, 'utf8')) : undefined;
}

export function writeBuilt(place: string, content: string): void {
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
}
