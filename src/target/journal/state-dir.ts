import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../base/files.js';

/** The folder of journals, by flag, environment or the user's default. */
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

/** A target's folder. Target files of one cluster share it, even if they spell the base URL differently. */
export function stateFolderFor(stateDir: string, baseUrl: string): string {
  return join(stateDir, createHash('sha256').update(placeOf(baseUrl)).digest('hex').slice(0, 16));
}

/** Creates a target's folder with the mode of the state folder, which users may share on purpose. */
export function makeStateFolder(stateDir: string, folder: string): void {
  makeFolder(stateDir, 0o700);
  makeFolder(folder, statSync(stateDir).mode & 0o777);
}

/** True for the user's default folder, which most CI jobs don't keep. */
export function isDefaultStateDir(flag: string | undefined, env: NodeJS.ProcessEnv): boolean {
  return flag === undefined && !env['MFA_CONFORMANCE_STATE'];
}

/** A common form for all spellings of a base URL, as far as that needs no DNS. */
export function placeOf(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const url = new URL(baseUrl);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return `${hostOf(url)}:${port}${decoded(url.pathname).replace(/\/+$/, '')}`;
}

export function hostOf({ hostname }: URL): string {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return isLoopback(host) ? 'localhost' : (mapped(host) ?? host);
}

/** True for hosts that reach this machine itself. */
export function isLoopback(host: string): boolean {
  const address = mapped(host) ?? host;
  return (
    address === 'localhost' ||
    address.endsWith('.localhost') ||
    ['::1', '::', '0.0.0.0'].includes(address) ||
    (isIP(address) === 4 && address.startsWith('127.'))
  );
}

/** The IPv4 address in a mapped IPv6 address, such as ::ffff:7f00:1. */
export function mapped(host: string): string | undefined {
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
