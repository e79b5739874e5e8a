import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { makeFolder, replaceFile } from '../../base/files.js';
import type { Verdict } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { validateVerdict } from '../../verdict/derive/validate.js';
import { canTell, scriptName } from '../repro/script.js';
import { renderCtrf } from './ctrf.js';
import type { ReportExtras } from './extras.js';
import { renderHar } from './har.js';
import { renderHtml } from './html/render.js';
import { renderJUnit } from './junit.js';
import { renderMarkdown } from './markdown.js';
import { renderSummary } from './summary.js';

export const reportFiles = [
  'index.html',
  'verdict.json',
  'junit.xml',
  'ctrf-report.json',
  'summary.txt',
  'summary.md',
] as const;

const besidePage = reportFiles.filter((name) => name !== 'index.html');

/** Of summary.txt, in characters. */
export const fileWidth = 100;

/**
 * Writes a verdict and what is made of it into a folder. Each file is whole or not there: it is written beside its
 * place, then moved. The verdict comes last, so that where it is, the others are too.
 *
 * @param extras what the reports say besides the verdict
 * @returns the names of the files in the folder
 * @throws ConfigurationError for a value that is no valid verdict, and for a folder that can't be written to
 */
export function writeReports(verdict: Verdict, dir: string, extras: ReportExtras = {}): string[] {
  const valid = validateVerdict(verdict);
  try {
    makeFolder(dir);
    const scripts = scriptsIn(dir, valid);
    const summary = { colour: false, width: fileWidth, outDir: dir, files: reportFiles, scripts, ...extras };
    replaceFile(join(dir, 'junit.xml'), renderJUnit(valid));
    replaceFile(join(dir, 'ctrf-report.json'), renderCtrf(valid));
    replaceFile(join(dir, 'summary.md'), renderMarkdown(valid, extras));
    replaceFile(join(dir, 'summary.txt'), renderSummary(valid, summary));
    replaceFile(join(dir, 'index.html'), renderHtml(valid, { ...extras, files: besidePage, scripts }));
    // Made printable, what is invisible becomes a JSON escape: the same value, but safe to look at.
    replaceFile(join(dir, 'verdict.json'), `${printable(JSON.stringify(valid, null, 2))}\n`);
  } catch (error) {
    throw new ConfigurationError(`The reports can't be written to ${dir}: ${reasonOf(error)}`);
  }
  return [...reportFiles];
}

const harName = 'failed.har';

/** The exchanges of what failed, where they are wanted; those of a run before go in any case. */
export function writeHar(verdict: Verdict, dir: string, isWanted: boolean): void {
  const file = join(dir, harName);
  if (isWanted) replaceFile(file, renderHar(verdict));
  else rmSync(file, { force: true });
}

/** Scripts that show failures again, by requirement: those that the run has left in its folder, and that can tell. */
export function scriptsIn(dir: string, { outcomes }: Pick<Verdict, 'outcomes'>): ReadonlyMap<string, string> {
  return new Map(
    outcomes
      .filter(({ outcome }) => outcome === 'fail' || outcome === 'waived')
      .map(({ id }) => [id, `repro/${scriptName(id)}`] as const)
      .filter(([, file]) => existsSync(join(dir, file)) && canTell(readFileSync(join(dir, file), 'utf8'))),
  );
}
