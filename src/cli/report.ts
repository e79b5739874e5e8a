import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ConfigurationError, orError, orExplain } from '../base/errors.js';
import { makeFolder } from '../base/files.js';
import type { Verdict } from '../base/model/verdict.js';
import { allureResults } from '../reports/allure/results.js';
import { writeReports } from '../reports/forms/write.js';
import { findVerdicts, logsIn } from '../reports/many/find.js';
import { type Found, type Merged, merge } from '../reports/many/merge.js';
import { isPlannedFile, plannedFileOf } from '../reports/many/planned.js';
import { renderMatrixSummary } from '../reports/matrix/console.js';
import { matrixJson, writeMatrix } from '../reports/matrix/write.js';
import { judgeLog } from '../verdict/derive/judge-log.js';
import { readVerdict } from '../verdict/derive/read.js';
import { readEvents } from '../verdict/events/log.js';
import { extrasOf, rememberAll } from './history.js';
import { scriptsFolder, writeScripts } from './repro.js';
import { reportIn } from './run-matrix.js';
import type { RunCommand } from './run-options.js';
import { complain, fromHere, say, terminal } from './terminal.js';

export interface ReportCommand extends Pick<RunCommand, 'out' | 'allure' | 'json'> {
  readonly from: readonly string[];
  readonly open: boolean;
}

export async function report(command: ReportCommand): Promise<number> {
  const merged = command.from.length > 0 ? mergeInto(command) : rebuild(command);
  const { matrix } = merged;
  const files: string[] = [...writeMatrix(matrix, command.out)];
  if (command.allure) files.push(await allure(merged, command));
  if (command.json) process.stdout.write(matrixJson(matrix));
  else
    say(renderMatrixSummary(matrix, { ...terminal(), outDir: fromHere(command.out), files, brief: false }));
  if (command.open) {
    const [only, ...others] = matrix.targets;
    const folder = only === undefined || others.length > 0 ? undefined : folderOf(merged, command, only.name);
    await openPage(folder === undefined ? join(command.out, 'matrix.html') : join(folder, 'index.html'));
  }
  return matrix.exitCode;
}

function folderOf({ files }: Merged, { out, from }: ReportCommand, name: string): string {
  return from.length > 0 ? join(out, name) : dirname(files.get(name) ?? out);
}

async function openPage(page: string): Promise<void> {
  const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
    darwin: ['open'],
    win32: ['cmd', '/c', 'start', '""'],
  };
  const [opener = 'xdg-open', ...args] = openers[process.platform] ?? [];
  const child = spawn(opener, [...args, resolve(page)], { detached: true, stdio: 'ignore' });
  child.unref();
  await once(child, 'spawn').catch(() =>
    complain(`warning: ${opener} can't be started: open ${page} in a browser.`),
  );
}

function rebuild({ out }: ReportCommand): Merged {
  judgeLogs([out], 1);
  const found = findVerdicts([out], 1);
  checkFound(found, [out]);
  for (const { file } of found.columns) {
    const verdict = readVerdict(file);
    writeReports(verdict, dirname(file), extrasOf(verdict, out, baselineOf(verdict)));
  }
  return merge(found, (_name, file) => {
    const path = join(dirname(file), 'index.html');
    return existsSync(path) ? relative(out, path).replaceAll('\\', '/') : null;
  });
}

function mergeInto({ from, out }: ReportCommand): Merged {
  judgeLogs(from);
  const found = findVerdicts(from);
  checkFound(found, from);
  const { files } = merge(found, () => null);
  for (const [name, file] of files) takeOver(dirname(file), join(out, name));
  takePlans(found, out);
  rememberAll(verdictsIn(files.values()), out);
  return merge(found, (name) => reportIn(out, name));
}

/** Derives verdicts from logs that have none, such as the logs of killed runs. */
function judgeLogs(folders: readonly string[], depth?: number): void {
  for (const log of logsIn(folders, depth)) {
    const folder = dirname(log);
    const verdict = judgeLog(log);
    if (existsSync(join(folder, 'verdict.json')) && readVerdict(folder).startedAt === verdict.startedAt)
      continue;
    writeScripts(readEvents(log), verdict, folder);
    writeReports(verdict, folder);
  }
}

function baselineOf({ gating }: Verdict): Verdict | undefined {
  const named = gating?.baseline;
  if (named === undefined) return undefined;
  const verdict = orError(ConfigurationError, () => readVerdict(named.file));
  return 'outcomes' in verdict && verdict.startedAt === named.startedAt ? verdict : undefined;
}

/** Reads one verdict at a time: hundreds together would fill the memory. */
function* verdictsIn(files: Iterable<string>): Generator<Verdict> {
  for (const file of files) yield readVerdict(file);
}

function checkFound({ columns, plans, problems }: Found, folders: readonly string[]): void {
  const broken = problems.some(({ kind }) => kind === 'broken verdict' || kind === 'broken plan');
  if (columns.length > 0 || plans.length > 0 || broken) return;
  throw new ConfigurationError(
    `There is no verdict.json or events.jsonl in ${folders.join(', ')}: run first, or name the folders with --from.`,
  );
}

/** Copies a target's verdict and reports, but not the traces of its tests. */
function takeOver(from: string, to: string): void {
  if (existsSync(to) && realpathSync(to) === realpathSync(from)) return;
  orExplain(`${from} can't be copied to ${to} (--out)`, () => {
    makeFolder(to);
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      if (entry.isFile() && !isPlannedFile(entry.name))
        copyFileSync(join(from, entry.name), join(to, entry.name));
    }
    for (const name of [allureResults, scriptsFolder]) {
      if (!existsSync(join(from, name)) && name === allureResults) continue;
      rmSync(join(to, name), { recursive: true, force: true });
      if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name), { recursive: true });
    }
  });
}

/** Copies plans, numbered since several runs may have a plan 1 of 1, and removes other plans. */
function takePlans({ plans }: Found, out: string): void {
  makeFolder(out);
  const here = realpathSync(out);
  const own = new Set(
    plans.filter(({ file }) => realpathSync(dirname(file)) === here).map(({ file }) => basename(file)),
  );
  for (const name of readdirSync(out)) {
    if (isPlannedFile(name) && !own.has(name)) rmSync(join(out, name), { force: true });
  }
  for (const { file, plan } of plans) {
    if (realpathSync(dirname(file)) === here) continue;
    let name = plannedFileOf(plan.shard);
    for (let n = 2; existsSync(join(out, name)); n += 1) name = plannedFileOf(plan.shard, n);
    copyFileSync(file, join(out, name));
  }
}

async function allure(merged: Merged, command: ReportCommand): Promise<string> {
  // Loaded on demand: the generator is large.
  const { writeAllureReport } = await import('../reports/allure/report.js');
  const all = merged.matrix.targets;
  const targets = all.map((target) => ({ target, folder: folderOf(merged, command, target.name) }));
  const without = targets.filter(({ folder }) => !existsSync(join(folder, allureResults)));
  if (without.length > 0 && without.length < targets.length) {
    complain(`warning: no Allure results of ${without.map(({ target }) => target.name).join(', ')}.`);
  }
  return writeAllureReport(targets, command.out);
}
