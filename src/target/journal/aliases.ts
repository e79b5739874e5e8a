import { lookup } from 'node:dns/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { orElse } from '../../base/errors.js';
import { parsedJson } from '../../base/shape.js';
import { isLoopback, mapped } from '../../input/target-file/urls.js';
import { hostOf, placeOf, stateFolderFor } from './state-dir.js';

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

/** Returns the spelling of the base URL that already has a journal or lease, so that all share it. */
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
