import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { orElse } from '../../base/errors.js';
import { makeFolder } from '../../base/files.js';
import { parsedJson, uriDecoded } from '../../base/shape.js';
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

function hostOf({ hostname }: URL): string {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return isLoopback(host) ? 'localhost' : (mapped(host) ?? host);
}

/** Tells whether two base URLs lead to the same place, such as a host name and its address. */
async function isSamePlace(a: string, b: string): Promise<boolean> {
  const [one, other] = [placeOf(a), placeOf(b)];
  if (one === other) return true;
  if (afterHost(one) !== afterHost(other)) return false;
  const [its, theirs] = await Promise.all([addressesOf(a), addressesOf(b)]);
  return its.some((address) => theirs.includes(address));
}

const afterHost = (place: string): string => place.replace(/^.*(?=:\d+(?:\/|$))/, '');

async function addressesOf(baseUrl: string): Promise<string[]> {
  const host = hostOf(new URL(baseUrl));
  if (host === 'localhost' || isIP(host) !== 0) return [host];
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => (isLoopback(address) ? 'localhost' : (mapped(address) ?? address)));
  } catch {
    // A name that DNS doesn't know shares no address with others.
    return [];
  }
}

/** Returns the spelling of a base URL that already has a journal or lease, so that all spellings share them. */
export async function knownAs(stateDir: string, baseUrl: string): Promise<string> {
  const own = placeOf(baseUrl);
  const files = ['journal.json', 'lease.json'];
  const ownFolder = stateFolderFor(stateDir, baseUrl);
  if (files.some((file) => existsSync(join(ownFolder, file)))) return baseUrl;
  // If the folder is unusable, writing to it reports the error later.
  for (const folder of orElse([], () => readdirSync(stateDir)))
    for (const file of files) {
      const other = baseUrlIn(join(stateDir, folder, file));
      if (other === undefined || placeOf(other) === own) continue;
      if (await isSamePlace(baseUrl, other)) return other;
    }
  return baseUrl;
}

function baseUrlIn(file: string): string | undefined {
  const { baseUrl } = Object(parsedJson(orElse('', () => readFileSync(file, 'utf8'))));
  return typeof baseUrl === 'string' && URL.canParse(baseUrl) ? baseUrl : undefined;
}
