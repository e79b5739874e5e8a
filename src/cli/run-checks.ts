import { ConfigurationError } from '../base/errors.js';
import { programName } from '../base/words.js';
import { loadRequirements } from '../contract/requirements/catalogue.js';
import { idPattern } from '../contract/requirements/glob.js';
import { nearest } from '../input/config-file/nearest.js';
import type { Shard } from '../reports/many/shard.js';
import type { RunCommand } from './run-options.js';
import { type Prepared, warningsBefore } from './target-run/prepared.js';
import { complain } from './terminal.js';

export function warn(prepared: Prepared, { quiet, json }: RunCommand): void {
  if (quiet || json) return;
  const { target, notes } = prepared;
  for (const note of notes) complain(`${target.name}: ${note}`);
  for (const warning of warningsBefore(prepared)) complain(`warning: ${target.name}: ${warning}`);
}

/** @throws ConfigurationError if two targets would write to one folder */
export function checkNames(runs: readonly Prepared[]): void {
  const files = new Map<string, string>();
  for (const { target } of runs) {
    // Some file systems ignore case: there Lab and lab are one folder.
    const key = target.name.toLowerCase();
    const other = files.get(key);
    if (other !== undefined) {
      throw new ConfigurationError(
        `Two target files have the name ${target.name}: ${other} and ${target.file}. ` +
          'Their reports would overwrite each other: write another name: into one of them.',
      );
    }
    files.set(key, target.file);
  }
}

/** @throws ConfigurationError if --grep selects no requirement */
export function checkGrep(grep: string | undefined): void {
  if (grep === undefined) return;
  const ids = loadRequirements().map(({ id }) => id);
  const fits = (glob: string) => {
    const pattern = idPattern(glob);
    return ids.some((id) => pattern.test(id));
  };
  if (fits(grep)) return;
  // Users often type part of an id.
  const wider = [`${grep.replace(/\/$/, '')}/*`, `${grep}*`, `*${grep}*`].find(fits);
  const areas = [...new Set(ids.map((id) => `${id.split('/')[0]}/*`))];
  const [meant = wider] = wider === undefined ? nearest(grep, [...areas, ...ids]) : [];
  const advice = meant === undefined ? `${programName()} list shows all` : `did you mean '${meant}'?`;
  throw new ConfigurationError(`--grep ${grep}: no requirement fits; ${advice}`);
}

export function nothingToDo({ index, count }: Shard, targets: number): string {
  const there = targets === 1 ? 'there is 1 target' : `there are ${targets} targets`;
  return `Shard ${index} of ${count} has no target: ${there} in all. Nothing to do.`;
}

export function warningOfLostJournals(stateDir: string): string {
  return (
    `warning: journals go to ${stateDir}, which a CI job may lose: after a kill nobody could restore the target. ` +
    'Set --state-dir or MFA_CONFORMANCE_STATE to a folder that outlives the job.'
  );
}
