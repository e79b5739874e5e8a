// spec/sources: the oldest release whole, and for each later one a file of its name with what it changes in the one
// before it.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../spec/sources', import.meta.url));
const read = (file) => parse(readFileSync(join(folder, file), 'utf8'));

/** The document of the oldest release, and the changes on top of it: by number, with `latest` after all numbers. */
export function sourcesInOrder() {
  const changes = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'base.yaml')
    .map((file) => ({ release: basename(file, '.yaml'), ...read(file) }))
    .sort((one, other) => one.release.localeCompare(other.release, 'en', { numeric: true }));
  return { base: read('base.yaml'), changes };
}

/** Oldest first. */
export function releaseNames() {
  const { base, changes } = sourcesInOrder();
  return [base.info.version, ...changes.map(({ release }) => release)];
}
