// Reads spec/sources: the document of the oldest release, and for each later release its changes to the
// previous one.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../spec/sources', import.meta.url));
const read = (file) => parse(readFileSync(join(folder, file), 'utf8'));

/** Returns the oldest release's document, and the changes in order with `latest` after all numbers. */
export function sourcesInOrder() {
  const changes = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'base.yaml')
    .map((file) => ({ release: basename(file, '.yaml'), ...read(file) }))
    .sort((one, other) => one.release.localeCompare(other.release, 'en', { numeric: true }));
  return { base: read('base.yaml'), changes };
}

export function releaseNames() {
  const { base, changes } = sourcesInOrder();
  return [base.info.version, ...changes.map(({ release }) => release)];
}
