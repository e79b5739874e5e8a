import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { isFolder } from '../base/files.js';
import { packageRoot } from '../base/package-root.js';
import { isTooCommon, type Searched, SecretSearch } from '../base/redaction/search.js';
import type { SecretCollector } from '../base/redaction/secrets-channel.js';
import { loadRequirements } from '../contract/requirements/catalogue.js';
import { secretsOf } from '../input/target-file/read.js';
import type { Target } from '../input/target-file/target.js';
import type { ConsoleRecord } from './console-record.js';

/** Of the files right in a folder, by name: other than it was once the file was written to, whatever the clock says. */
export type Stamps = ReadonlyMap<string, string>;

export interface CheckedRun {
  /** With the folder of each. */
  readonly targets: readonly { readonly target: Target; readonly folder: string }[];
  /** Where the folders lie; of this one only files that the run wrote to are its own. */
  readonly out: string;
  /** Files elsewhere that are the run's own. */
  readonly written: readonly string[];
  /** What lay in `out` when the run began. */
  readonly before: Stamps;
  readonly console: ConsoleRecord;
}

/** What the search came to. */
export interface Checked extends Searched {
  /** What of the target file can't be told from the words of reports, and was not searched for. */
  readonly tooCommon: readonly string[];
  /** More was printed than is kept to be searched. */
  readonly unsearched: boolean;
}

/** Searches all that a run has written and printed for every value that is or was secret in it. */
export function checkForSecrets(secrets: SecretCollector, run: CheckedRun): Checked {
  const targets = run.targets.map(({ target }) => target);
  const vocabulary = vocabularyOf(targets);
  // Each target's folder is searched for its own secrets: with very many targets, all of them would take minutes.
  const own = run.targets.map(({ target, folder }) => {
    const search = new SecretSearch(secrets.valuesOf(target.baseUrl), vocabulary);
    if (isFolder(folder)) search.lookInto(folder);
    return search.result;
  });
  const shared = new SecretSearch(secrets.values, vocabulary);
  for (const file of new Set([...writtenIn(run), ...run.written])) shared.lookInto(file);
  for (const [name, text] of run.console.texts) shared.lookIntoText(name, text);
  const results = [...own, shared.result];
  const common = targets
    .flatMap(secretsOf)
    .filter(({ value }) => isTooCommon(value.reveal(), vocabulary))
    .map(({ what }) => what);
  return {
    artefacts: results.reduce((sum, { artefacts }) => sum + artefacts, 0),
    leaks: results.flatMap(({ leaks }) => leaks),
    tooCommon: [...new Set(common)].sort(),
    unsearched: run.console.overflown,
  };
}

/** What came of the search, for a person: a line for the summary where all is well. */
export function secretLines(
  { artefacts, leaks, tooCommon, unsearched }: Checked,
  folder = process.cwd(),
): string[] {
  const common =
    tooCommon.length === 0
      ? []
      : [`Not searched for, since its value is a word that reports hold anyway: ${tooCommon.join(', ')}.`];
  if (unsearched) common.push('More was printed than is kept to be searched: debug output has an end there.');
  if (leaks.length === 0) return [`no secret in ${artefacts} artefacts`, ...common];
  return [
    ...leaks.map(({ file, what }) => `A secret (${what}) is in ${shown(file, folder)}.`),
    'Do not hand these files on. This is a defect of the suite, not of the target: please report it, without them.',
    ...common,
  ];
}

function shown(file: string, folder: string): string {
  const path = relative(folder, file);
  return path.startsWith('..') || path === '' ? file : path;
}

/**
 * What targets have in common lies beside their folders. Other people's files may lie there, too: only what the run
 * has written to counts, and a target file is where secrets belong.
 */
function writtenIn({ out, before, targets }: CheckedRun): string[] {
  const targetFiles = new Set(targets.map(({ target }) => resolve(target.file)));
  return [...stampsIn(out)]
    .filter(([name, stamp]) => before.get(name) !== stamp)
    .map(([name]) => join(out, name))
    .filter((path) => !targetFiles.has(resolve(path)))
    .sort();
}

export function stampsIn(folder: string): Stamps {
  const stamps = new Map<string, string>();
  for (const name of isFolder(folder) ? readdirSync(folder) : []) {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stat?.isFile()) stamps.set(name, `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`);
  }
  return stamps;
}

/** What stands in reports whatever the secrets are; the target's own are placeholders in it. */
function vocabularyOf(targets: readonly Target[]): string {
  return [JSON.stringify(targets), JSON.stringify(loadRequirements()), packageRoot(), words].join('\n');
}

/** Of verdicts and exchanges. */
const words = [
  'mfa-conformance schemaVersion suite target release contract outcomes inconclusive exchanges request response',
  'headers application/json authorization session-id password currentPassword supportUserPassword accessToken',
  'username domain LOCAL totpSecretKey totpUri otp otpCode otpType mfaCode totpCode referenceId certificate privateKey',
].join(' ');
