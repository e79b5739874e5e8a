import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { orExplain } from '../../base/errors.js';
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

export const fileWidth = 100;

/** Writes the verdict last: if it is there, all reports are. */
export function writeReports(verdict: Verdict, dir: string, extras: ReportExtras = {}): string[] {
  const valid = validateVerdict(verdict);
  orExplain(`The reports can't be written to ${dir}`, () => {
    makeFolder(dir);
    const scripts = scriptsIn(dir, valid);
    const summary = { colour: false, width: fileWidth, outDir: dir, files: reportFiles, scripts, ...extras };
    replaceFile(join(dir, 'junit.xml'), renderJUnit(valid));
    replaceFile(join(dir, 'ctrf-report.json'), renderCtrf(valid));
    replaceFile(join(dir, 'summary.md'), renderMarkdown(valid, extras));
    replaceFile(join(dir, 'summary.txt'), renderSummary(valid, summary));
    replaceFile(join(dir, 'index.html'), renderHtml(valid, { ...extras, files: besidePage, scripts }));
    // Invisible characters become JSON escapes: the value is the same, and the file is safe to view.
    replaceFile(join(dir, 'verdict.json'), `${printable(JSON.stringify(valid, null, 2))}\n`);
  });
  return [...reportFiles];
}

const harName = 'failed.har';

export function writeHar(verdict: Verdict, dir: string, isWanted: boolean): void {
  const file = join(dir, harName);
  if (isWanted) replaceFile(file, renderHar(verdict));
  else rmSync(file, { force: true });
}

/** Maps ids of requirements to scripts that can decide. */
export function scriptsIn(dir: string, { outcomes }: Pick<Verdict, 'outcomes'>): ReadonlyMap<string, string> {
  return new Map(
    outcomes
      .filter(({ outcome }) => outcome === 'fail' || outcome === 'waived')
      .map(({ id }) => [id, `repro/${scriptName(id)}`] as const)
      .filter(([, file]) => existsSync(join(dir, file)) && canTell(readFileSync(join(dir, file), 'utf8'))),
  );
}
