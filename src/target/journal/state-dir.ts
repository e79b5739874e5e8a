import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../base/files.js';
import { uriDecoded } from '../../base/shape.js';
import { isLoopback, mapped } from '../../input/target-file/urls.js';

export function stateDirOf(flag: string | undefined, env: NodeJS.ProcessEnv): string {
  if (flag !== undefined) return flag;
  const fromEnv = env['MFA_CONFORMANCE_STATE'];
  if (fromEnv) return fromEnv;
  const base =
    process.platform === 'win32'
      ? (env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'))
      : (env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'));
  return join(base, 'mfa-conformance');
}

/** Returns a target's folder. Target files of one cluster share it, even if they spell the base URL differently. */
export function stateFolderFor(stateDir: string, baseUrl: string): string {
  return join(stateDir, createHash('sha256').update(placeOf(baseUrl)).digest('hex').slice(0, 16));
}

/** Creates a target's folder with the mode of the state folder, which users may share on purpose. */
export function makeStateFolder(stateDir: string, folder: string): void {
  makeFolder(stateDir, 0o700);
  makeFolder(folder, statSync(stateDir).mode & 0o777);
}

/** Tells whether the state is in the user's default folder, which most CI jobs don't keep. */
export function isDefaultStateDir(flag: string | undefined, env: NodeJS.ProcessEnv): boolean {
  return flag === undefined && !env['MFA_CONFORMANCE_STATE'];
}

/** Returns a common form for all spellings of a base URL, as far as this needs no DNS. */
export function placeOf(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const url = new URL(baseUrl);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const path = uriDecoded(url.pathname) ?? url.pathname;
  return `${hostOf(url)}:${port}${path.replace(/\/+$/, '')}`;
}

export function hostOf({ hostname }: URL): string {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return isLoopback(host) ? 'localhost' : (mapped(host) ?? host);
}
