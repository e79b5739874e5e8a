import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import type { KnownFault } from '../../emulator/seams.js';
import type { Explained } from '../../src/base/model/explained.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { LogIndex } from '../../src/reports/repro/log.js';
import { signOf } from '../../src/reports/repro/told.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { passesIn, sentIn } from './sent.js';

const ids = loadRequirements().map(({ id }) => id);
const areaOf = (id: string) => id.split('/')[0];

export const headsOfAreas = ids.filter((id, at) => ids.map(areaOf).indexOf(areaOf(id)) === at);

/**
 * What a run on the newest release tests: what the default release lacks, and each area's first requirement.
 * With others, the run would find the target in other states and send other requests.
 */
export const askedOfLatest = (isLacking: (id: string) => boolean): string[] =>
  ids.filter((id) => isLacking(id) || headsOfAreas.includes(id));

export function logOf(reports: string): LogIndex {
  return new LogIndex(readEvents(join(reports, 'events.jsonl')));
}

/** Unrecorded requests count only if the record is complete. The number of reads and the order may differ. */
export function differencesIn(
  id: string,
  { release, passes, leftOut }: Explained,
  [usual, latest]: readonly LogIndex[],
): readonly string[] {
  const log = release === undefined ? usual : latest;
  if (log === undefined) throw new Error('The emulator was not judged.');
  const sent = sentIn(log, id);
  const signs = new Set(sent.map(signOf));
  const told = new Set(passes.map(({ request }) => request));
  const gone = passes.filter((line) => !signs.has(signOf(line)));
  const besides = leftOut === undefined ? sent.filter(({ request }) => !told.has(request)) : [];
  return [...gone, ...besides].map(signOf);
}

/** Whether a request is a login, the end of a session or a read. Their number depends on open sessions and delays. */
export const isArrangement = (sign: string): boolean => arranging.test(sign);
const arranging =
  /: (?:GET \S+|POST \/(?:email-otp|users\/sessions|totp-key)|DELETE \/users\/sessions\?sid=\S+): 2/;

/** The requests of a requirement's test; from the newest release if it does not apply to the default one. */
export function passesOf(id: string, [usual, latest = usual]: readonly LogIndex[]): Omit<Explained, 'fails'> {
  if (usual === undefined || latest === undefined) throw new Error('The emulator was not judged.');
  const passes = passesIn(usual, id);
  if (passes.passes.length > 0) return passes;
  const inLatest = passesIn(latest, id);
  return inLatest.passes.length === 0 ? inLatest : { release: 'latest', ...inLatest };
}

/** The faults that break a requirement; first the one that turns the fewest other requirements red. */
export function faultsFor(id: string): KnownFault[] {
  return faults.filter(({ fails }) => fails.includes(id)).sort((a, b) => a.fails.length - b.fails.length);
}
