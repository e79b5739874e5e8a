import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadContract } from '../contract/load.js';
import { parseJournal } from '../journal/journal-content.js';
import { stateDirOf } from '../journal/state-dir.js';
import { Connection } from '../target/connection.js';
import { readTarget } from '../target/read.js';
import { giveBack } from './give-back.js';
import { complain, say } from './terminal.js';

/** `mfa-conformance restore`. @returns the exit code: 0 when nothing is left to give back, else 4 */
export async function restore(
  targetFile: string | undefined,
  stateDirFlag: string | undefined,
): Promise<number> {
  const stateDir = stateDirOf(stateDirFlag, process.env);
  return targetFile === undefined ? listJournals(stateDir) : restoreTarget(targetFile, stateDir);
}

function listJournals(stateDir: string): number {
  const folders = existsSync(stateDir) ? readdirSync(stateDir) : [];
  const files = folders
    .map((folder) => join(stateDir, folder, 'journal.json'))
    .filter((file) => existsSync(file));
  if (files.length === 0) {
    say(`No open journals in ${stateDir}: every run has given back what it changed.`);
    return 0;
  }
  for (const file of files) {
    const { baseUrl, startedAt } = parseJournal(readFileSync(file, 'utf8'), file);
    say(
      `${baseUrl} is changed since ${startedAt} (${file}): mfa-conformance restore -t TARGET_FILE gives it back.`,
    );
  }
  return 4;
}

async function restoreTarget(file: string, stateDir: string): Promise<number> {
  const target = readTarget(file, process.env);
  const connection = await Connection.open(target, await loadContract(target.release), { stateDir });
  try {
    if (connection.journal.read() === undefined) {
      say(`Nothing to give back: there is no open journal for ${target.baseUrl} in ${stateDir}.`);
      return 0;
    }
    const { restored, residue, problems } = await giveBack(connection);
    for (const line of residue) say(`Stays: ${line}`);
    for (const problem of problems) complain(`Not given back: ${problem}`);
    if (restored) say(`${target.baseUrl} is as it was found.`);
    return restored ? 0 : 4;
  } finally {
    await connection.close();
  }
}
