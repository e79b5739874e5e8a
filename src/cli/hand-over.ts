import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigurationError, reasonOf } from '../base/errors.js';
import type { Verdict } from '../base/model/verdict.js';
import { packageRoot } from '../base/package-root.js';
import { bundleOf, evidenceIn } from '../reports/bundle/bundle.js';
import { renderSarif } from '../reports/forms/sarif.js';
import type { Finished } from './target-run/begun.js';

/** Everything that a run has written of its targets and that is evidence, with the contracts they were judged by. */
export function writeBundle(file: string, finished: readonly Finished[]): void {
  const contracts = new Set(finished.map(({ verdict }) => verdict.contract.source));
  const documents = [...contracts].flatMap((source) => {
    const found = [resolve(source), join(packageRoot(), source)].find((each) => existsSync(each));
    return found === undefined ? [] : [{ name: `contracts/${basename(source)}`, bytes: readFileSync(found) }];
  });
  const evidence = finished.flatMap(({ folder, verdict }) => evidenceIn(folder, verdict.target.name));
  write(file, bundleOf([...evidence, ...documents]));
}

/** @returns what was written */
export function writeSarif(file: string | undefined, verdicts: readonly Verdict[]): string[] {
  if (file === undefined) return [];
  write(file, renderSarif(verdicts));
  return [file];
}

function write(file: string, content: string | Buffer): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  } catch (error) {
    throw new ConfigurationError(`${file} can't be written: ${reasonOf(error)}`);
  }
}
