import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import type { Fault } from '../../emulator/seams.js';
import { readEvents } from '../../src/events/log.js';
import type { Explained } from '../../src/model/explained.js';
import { passesIn, sentIn } from '../../src/repro/explained.js';
import { LogIndex } from '../../src/repro/log.js';
import { signOf } from '../../src/repro/told.js';

/** The log in a target's folder of reports. */
export function logOf(reports: string): LogIndex {
  return new LogIndex(readEvents(join(reports, 'events.jsonl')));
}

/**
 * Whether a test still sends what is told of it, and is answered so, by the logs of new runs; and, where nothing was left
 * out, requests nothing else. How often it reads a state, and in what order it asks at once, may differ.
 */
export function isFresh(
  id: string,
  { release, passes, leftOut }: Explained,
  [usual, latest]: readonly LogIndex[],
): boolean {
  const log = release === undefined ? usual : latest;
  if (log === undefined) return false;
  const sent = sentIn(log, id);
  const signs = new Set(sent.map(signOf));
  const told = new Set(passes.map(({ request }) => request));
  return (
    passes.every((line) => signs.has(signOf(line))) &&
    (leftOut !== undefined || sent.every(({ request }) => told.has(request)))
  );
}

/** What the test of a requirement sends to the emulator as it is: to the newest release where the default one lacks it. */
export function passesOf(id: string, [usual, latest = usual]: readonly LogIndex[]): Omit<Explained, 'fails'> {
  if (usual === undefined || latest === undefined) throw new Error('The emulator was not judged.');
  const passes = passesIn(usual, id);
  if (passes.passes.length > 0) return passes;
  const inLatest = passesIn(latest, id);
  return inLatest.passes.length === 0 ? inLatest : { release: 'latest', ...inLatest };
}

/** The faults that break a requirement, first the one that breaks least besides. */
export function faultsFor(id: string): Fault[] {
  return faults.filter(({ fails }) => fails.includes(id)).sort((a, b) => a.fails.length - b.fails.length);
}
