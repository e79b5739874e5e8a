import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ConfigurationError, orExplain, reasonOf } from '../../base/errors.js';
import { unpacked } from '../../base/redaction/search.js';
import { type ZipEntry, zipOf } from './zip.js';

/** In the format of sha256sum. */
export const manifestName = 'SHA256SUMS';

/** Folders that only other tools read: they hold no evidence. */
const leftOut = new Set(['allure-results', 'playwright-allure']);

export function evidenceIn(folder: string, name: string): ZipEntry[] {
  const walk = (dir: string): ZipEntry[] =>
    readdirSync(dir, { withFileTypes: true })
      .filter((entry) => !leftOut.has(entry.name) && !entry.name.endsWith('.tmp'))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const path = join(dir, entry.name);
        if (entry.isDirectory()) return walk(path);
        const inner = relative(folder, path).replaceAll('\\', '/');
        return entry.isFile() ? [{ name: `${name}/${inner}`, bytes: readFileSync(path) }] : [];
      });
  return walk(folder);
}

export function bundleOf(entries: readonly ZipEntry[]): Buffer {
  const lines = entries.map(({ name, bytes }) => `${hashOf(bytes)}  ${name}\n`);
  return zipOf([...entries, { name: manifestName, bytes: Buffer.from(lines.join('')) }]);
}

export interface Checked {
  readonly files: number;
  readonly problems: readonly string[];
  /** The manifest's hash; equal for equal bundles. */
  readonly sha256: string;
}

export function checkBundle(file: string): Checked {
  const entries = entriesIn(file);
  const manifest = entries.find(({ name }) => name === manifestName);
  if (manifest === undefined)
    throw new ConfigurationError(`${file} is not a bundle: it has no ${manifestName}.`);
  const wanted = new Map<string, string>();
  for (const line of manifest.bytes.toString('utf8').split('\n').filter(Boolean)) {
    const [, hash = '', name = ''] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (name === '') throw new ConfigurationError(`${file}: ${manifestName} has a line that names no file.`);
    wanted.set(name, hash);
  }
  const files = entries.filter(({ name }) => name !== manifestName);
  const names = files.map(({ name }) => name);
  const problems = [
    ...files.flatMap(({ name, bytes }) => {
      const hash = wanted.get(name);
      if (hash === undefined) return [`${name} was added`];
      return hash === hashOf(bytes) ? [] : [`${name} was changed`];
    }),
    ...[...wanted.keys()].filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
    ...names.filter((name, at) => names.indexOf(name) < at).map((name) => `${name} is in it twice`),
  ];
  return { files: files.length, problems, sha256: hashOf(manifest.bytes) };
}

function entriesIn(file: string): readonly ZipEntry[] {
  const bytes = orExplain(`${file} can't be read`, () => readFileSync(file));
  try {
    const entries = bytes.readUInt16BE(0) === 0x504b ? unpacked(bytes) : undefined;
    if (entries !== undefined) return entries;
  } catch (error) {
    throw new ConfigurationError(`${file} is damaged: ${reasonOf(error)}.`);
  }
  throw new ConfigurationError(`${file} is not a zip.`);
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
