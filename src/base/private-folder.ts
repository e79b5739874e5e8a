import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, reasonOf } from './errors.js';

const prefix = 'mfa-conformance-run-';
/** Says whose a folder is, so that a later run knows whether that process is still there. */
const ownerFile = 'owner';
const dayMs = 24 * 60 * 60 * 1000;

/**
 * A new folder for what this process and its children need for a while. Its name can't be foreseen and nobody else can
 * enter it: what others could have put into a shared place is never read. It goes with this process; what killed
 * processes left is swept here.
 *
 * @throws ConfigurationError where none can be made
 */
export function makePrivateFolder(): string {
  sweep();
  try {
    const folder = mkdtempSync(join(tmpdir(), prefix));
    process.once('exit', () => remove(folder));
    writeFileSync(join(folder, ownerFile), `${hostname()} ${process.pid}`);
    return folder;
  } catch (error) {
    throw new ConfigurationError(`No folder can be made in ${tmpdir()} (TMPDIR): ${reasonOf(error)}.`);
  }
}

/** The variables by which programs find a place for temporary files: all of them lead into the folder. */
export function temporaryFilesIn(folder: string): Record<string, string> {
  return { TMPDIR: folder, TMP: folder, TEMP: folder };
}

/** Removes a folder of this user's whose process is gone, and nothing that anybody may still use. */
function sweep(): void {
  for (const name of names()) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(tmpdir(), name);
    try {
      const stat = lstatSync(folder);
      if (!stat.isDirectory() || stat.uid !== (process.geteuid?.() ?? stat.uid)) continue;
      if (isAbandoned(folder, stat.mtimeMs)) remove(folder);
    } catch {
      // Another run was faster.
    }
  }
}

function names(): string[] {
  try {
    return readdirSync(tmpdir());
  } catch {
    return [];
  }
}

function isAbandoned(folder: string, changedAt: number): boolean {
  let owner: string;
  try {
    owner = readFileSync(join(folder, ownerFile), 'utf8');
  } catch {
    // Killed before it could say whose it is; or it is being made right now.
    return changedAt < Date.now() - dayMs;
  }
  const [host, pid] = owner.split(' ');
  return host === hostname() && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
