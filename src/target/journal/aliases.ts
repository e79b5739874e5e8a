import { lookup } from 'node:dns/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { hostOf, isLoopback, mapped, placeOf } from './place.js';
import { stateFolderFor } from './state-dir.js';

/** Whether two base URLs lead to one place: a name and its address do. */
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
    // A name that nobody knows is no other's.
    return [];
  }
}

/**
 * The base URL under which a target is known in the state folder: another spelling of it, where that has an open
 * journal or a lease, so that both share them; else its own.
 */
export async function knownAs(stateDir: string, baseUrl: string): Promise<string> {
  const own = placeOf(baseUrl);
  const files = ['journal.json', 'lease.json'];
  const ownFolder = stateFolderFor(stateDir, baseUrl);
  if (files.some((file) => existsSync(join(ownFolder, file)))) return baseUrl;
  for (const folder of foldersIn(stateDir))
    for (const file of files) {
      const other = baseUrlIn(join(stateDir, folder, file));
      if (other === undefined || placeOf(other) === own) continue;
      if (await isSamePlace(baseUrl, other)) return other;
    }
  return baseUrl;
}

function foldersIn(stateDir: string): string[] {
  try {
    return readdirSync(stateDir);
  } catch {
    // That it can't be used shows when it is written.
    return [];
  }
}

function baseUrlIn(file: string): string | undefined {
  try {
    const { baseUrl } = Object(JSON.parse(readFileSync(file, 'utf8')));
    return typeof baseUrl === 'string' && URL.canParse(baseUrl) ? baseUrl : undefined;
  } catch {
    return undefined;
  }
}
