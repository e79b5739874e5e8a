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

/** For each file name of a folder, a stamp that changes when somebody writes to the file. */
export type Stamps = ReadonlyMap<string, string>;

export interface CheckedRun {
  readonly targets: readonly { readonly target: Target; readonly folder: string }[];
  readonly out: string;
  readonly written: readonly string[];
  readonly before: Stamps;
  readonly console: ConsoleRecord;
}

export interface Checked extends Searched {
  /** Kinds of the target file's secrets that the search skips: they equal common words of reports. */
  readonly tooCommon: readonly string[];
  readonly unsearched: boolean;
}

export function checkForSecrets(secrets: SecretCollector, run: CheckedRun): Checked {
  const targets = run.targets.map(({ target }) => target);
  const vocabulary = vocabularyOf(targets);
  const shared = new SecretSearch(secrets.values, vocabulary);
  for (const file of new Set([...writtenIn(run), ...run.written])) shared.searchPath(file);
  for (const [name, text] of run.console.texts) shared.searchText(name, text);
  const searches = new Set([shared]);
  // Each folder is searched for its own target's secrets. All targets' secrets would take minutes.
  for (const { target, folder } of run.targets) {
    const own = secrets.valuesOf(target.baseUrl);
    const search = own.size === secrets.values.size ? shared : new SecretSearch(own, vocabulary);
    if (isFolder(folder)) search.searchPath(folder);
    searches.add(search);
  }
  const results = [...searches].map(({ result }) => result);
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

export function secretLines({ artefacts, leaks, tooCommon, unsearched }: Checked): string[] {
  const common =
    tooCommon.length === 0
      ? []
      : [`Not searched for, because its value is a word that all reports contain: ${tooCommon.join(', ')}.`];
  if (unsearched) common.push('Only the beginning of the output was searched: the rest is too long.');
  if (leaks.length === 0) return [`no secret in ${artefacts} artefacts`, ...common];
  return [
    ...leaks.map(({ file, what }) => `A secret (${what}) is in ${shown(file)}.`),
    'Do not pass these files on. This is a defect of the suite, not of the target: please report it, without them.',
    ...common,
  ];
}

function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') || path === '' ? file : path;
}

/** Lists this run's files beside the targets' folders, without target files, which may hold secrets. */
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

/** Returns words that every report holds, because the search can't find a secret that equals one of them. */
function vocabularyOf(targets: readonly Target[]): string {
  return [JSON.stringify(targets), JSON.stringify(loadRequirements()), packageRoot(), words].join('\n');
}

const words = [
  'mfa-conformance schemaVersion suite target release contract outcomes inconclusive exchanges request response',
  'headers application/json authorization session-id password currentPassword supportUserPassword accessToken',
  'username domain LOCAL totpSecretKey totpUri otp otpCode otpType mfaCode totpCode referenceId certificate privateKey',
].join(' ');
