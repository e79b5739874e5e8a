import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigurationError, orExplain, reasonOf } from '../base/errors.js';
import { isFile, replaceFile } from '../base/files.js';
import type { Verdict } from '../base/model/verdict.js';
import { packageRoot } from '../base/package-root.js';
import { bundleOf, evidenceIn } from '../reports/bundle/bundle.js';
import { renderAttestation } from '../reports/forms/attest.js';
import { renderMetrics } from '../reports/forms/metrics.js';
import { renderSarif } from '../reports/forms/sarif.js';
import type { RunCommand } from './run-options.js';
import type { Finished } from './target-run/begun.js';

function writeBundle(file: string, finished: readonly Finished[]): void {
  const contracts = new Set(finished.map(({ verdict }) => verdict.contract.source));
  const documents = [...contracts].flatMap((source) => {
    const found = [resolve(source), join(packageRoot(), source)].find((each) => existsSync(each));
    return found === undefined ? [] : [{ name: `contracts/${basename(source)}`, bytes: readFileSync(found) }];
  });
  const evidence = finished.flatMap(({ folder, verdict }) => evidenceIn(folder, verdict.target.name));
  write(file, bundleOf([...evidence, ...documents]));
}

export function writeForTools(
  { sarif, metrics }: Pick<RunCommand, 'sarif' | 'metrics'>,
  verdicts: readonly Verdict[],
  written: string[],
): void {
  if (sarif !== undefined) {
    write(sarif, renderSarif(verdicts));
    written.push(sarif);
  }
  if (metrics === undefined) return;
  // Replace the file in one step: a collector may read it at any time.
  const isPlain = isFile(metrics) || !existsSync(metrics);
  write(metrics, renderMetrics(verdicts), isPlain ? replaceFile : writeFileSync);
  written.push(metrics);
}

export function packEvidence(
  { attest, bundle, strict }: Pick<RunCommand, 'attest' | 'bundle' | 'strict'>,
  finished: readonly Finished[],
): void {
  if (bundle !== undefined) writeBundle(bundle, finished);
  if (attest === undefined) return;
  const digested = (name: string, file: string) => ({
    name,
    sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
  });
  const subjects = finished.map(({ folder, verdict }) =>
    digested(`${verdict.target.name}/verdict.json`, join(folder, 'verdict.json')),
  );
  if (bundle !== undefined) subjects.push(digested(basename(bundle), bundle));
  const verdicts = finished.map(({ verdict }) => verdict);
  write(attest, renderAttestation(verdicts, subjects, strict));
}

export function writeNew(file: string, text: string, mode?: number): void {
  try {
    writeFileSync(file, text, { mode, flag: 'wx' });
  } catch (error) {
    throw new ConfigurationError(
      existsSync(file)
        ? `${file} already exists and stays as it is: choose another name.`
        : `${file} can't be written: ${reasonOf(error)}`,
    );
  }
}

export function write<T extends string | Buffer>(
  file: string,
  content: T,
  by: (file: string, content: T) => void = writeFileSync,
): void {
  orExplain(`${file} can't be written`, () => {
    mkdirSync(dirname(file), { recursive: true });
    by(file, content);
  });
}
