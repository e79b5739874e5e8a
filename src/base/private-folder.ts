import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, codeOf, orElse, reasonOf } from './errors.js';

const prefix = 'mfa-conformance-run-';
const ownerFile = 'owner';
const dayMs = 24 * 60 * 60 * 1000;
const madeHere = new Set<string>();

/** Also removes the folders of processes that were killed. */
export function makePrivateFolder(): string {
  sweep();
  try {
    const folder = mkdtempSync(join(tmpdir(), prefix));
    if (madeHere.size === 0) process.once('exit', () => madeHere.forEach(remove));
    madeHere.add(folder);
    writeFileSync(join(folder, ownerFile), `${hostname()} ${process.pid}`);
    return folder;
  } catch (error) {
    throw new ConfigurationError(`No folder can be made in ${tmpdir()} (TMPDIR): ${reasonOf(error)}.`);
  }
}

export function temporaryFilesIn(folder: string): Record<string, string> {
  return { TMPDIR: folder, TMP: folder, TEMP: folder };
}

function sweep(): void {
  for (const name of orElse([], () => readdirSync(tmpdir()))) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(tmpdir(), name);
    try {
      const stat = lstatSync(folder);
      if (!stat.isDirectory() || stat.uid !== (process.geteuid?.() ?? stat.uid)) continue;
      if (isAbandoned(folder, stat.mtimeMs)) remove(folder);
    } catch {
      // Another run may have removed the folder already.
    }
  }
}

function isAbandoned(folder: string, changedAt: number): boolean {
  const owner = orElse('', () => readFileSync(join(folder, ownerFile), 'utf8'));
  // The process was killed before it wrote the file, or is about to write it.
  if (owner === '') return changedAt < Date.now() - dayMs;
  const [host, pid] = owner.split(' ');
  return host === hostname() && !isAlive(Number(pid));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
