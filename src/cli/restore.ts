import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonOf, returning, SuiteError } from '../base/errors.js';
import { programName } from '../base/words.js';
import { loadContract } from '../contract/openapi/load.js';
import { readTarget } from '../input/target-file/read.js';
import type { Target } from '../input/target-file/target.js';
import { Connection } from '../target/connection/connection.js';
import { type GivenBack, giveBack } from '../target/connection/give-back.js';
import { withDetectedRelease } from '../target/detect/detect.js';
import { parseJournal } from '../target/journal/config.js';
import { Journal } from '../target/journal/journal.js';
import { Lease } from '../target/journal/lease.js';
import { knownAs, stateDirOf } from '../target/journal/state-dir.js';
import { waitTeller } from './state-guard.js';
import { complain, say } from './terminal.js';

/** @returns the exit code: 0 if all is restored, else 4 */
export async function restore(
  targetFile: string | undefined,
  stateDirFlag: string | undefined,
  wait: boolean,
): Promise<number> {
  const stateDir = stateDirOf(stateDirFlag, process.env);
  return targetFile === undefined ? listJournals(stateDir) : restoreTarget(targetFile, stateDir, wait);
}

function listJournals(stateDir: string): number {
  const folders = existsSync(stateDir) ? readdirSync(stateDir) : [];
  const files = folders
    .map((folder) => join(stateDir, folder, 'journal.json'))
    .filter((file) => existsSync(file));
  if (files.length === 0) {
    say(`No open journals in ${stateDir}: every run has restored what it changed.`);
    return 0;
  }
  for (const file of files) reportJournal(file);
  return 4;
}

/** Catches errors of one journal, because it must not hide the other journals. */
function reportJournal(file: string): void {
  try {
    const { baseUrl, startedAt } = parseJournal(readFileSync(file, 'utf8'), file);
    const holder = Lease.holderOf(dirname(file));
    say(
      holder === undefined
        ? `${baseUrl} is changed since ${startedAt} (${file}): ${programName()} restore -t TARGET_FILE restores it.`
        : `${baseUrl} is in use by ${holder}, which will restore it (${file}).`,
    );
  } catch (error) {
    complain(
      error instanceof SuiteError ? error.message : `The journal ${file} can't be read: ${reasonOf(error)}`,
    );
  }
}

async function restoreTarget(file: string, stateDir: string, wait: boolean): Promise<number> {
  const target = readTarget(file, process.env);
  const baseUrl = await knownAs(stateDir, target.baseUrl);
  if (new Journal(stateDir, baseUrl).read() === undefined) {
    say(`Nothing to restore: there is no open journal for ${target.baseUrl} in ${stateDir}.`);
    return 0;
  }
  const lease = await Lease.take(stateDir, baseUrl, { wait, tell: complain, env: process.env });
  if (!(lease instanceof Lease)) {
    complain(`${target.baseUrl} is in use by ${lease.holder}, which will restore it; --wait waits for it.`);
    return 4;
  }
  try {
    const { restored, residue, problems } = await attempt(target, stateDir);
    for (const line of residue) say(`Stays: ${line}`);
    for (const problem of problems) complain(`Not restored: ${problem}`);
    if (restored) say(`${target.baseUrl} is as it was found.`);
    return restored ? 0 : 4;
  } finally {
    lease.release();
  }
}

/** If the suite itself fails while it restores, the state counts as not restored. */
async function attempt(read: Target, stateDir: string): Promise<GivenBack> {
  const target = await withDetectedRelease(read, stateDir);
  const contract = await loadContract(target.release);
  const made = await Connection.during(target, contract, { stateDir }, (connection) =>
    giveBack(connection, waitTeller(complain, target.name)),
  ).catch(returning(SuiteError));
  return 'restored' in made ? made : { restored: false, residue: [], problems: [made.message] };
}
