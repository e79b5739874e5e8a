import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { takeAllureResults } from '../allure/results.js';
import type { Verdict } from '../model/verdict.js';
import type { SecretCollector } from '../redaction/secrets-channel.js';
import type { ReportExtras } from '../report/extras.js';
import type { RunPlan } from '../run-plan.js';
import type { ConsoleRecord } from './console-record.js';
import type { GitHubJob } from './github-job.js';
import { PlaywrightProcess } from './playwright-process.js';
import type { RunCommand } from './run-options.js';
import type { Signals } from './signals.js';
import type { TargetRun } from './target-run.js';
import { complain } from './terminal.js';

/** What all waves of a run share. */
export interface Watch {
  readonly command: RunCommand;
  /** Where files of the run as a whole lie while it runs. */
  readonly base: string;
  readonly stateDir: string;
  /** For temporary files; nobody else can enter it. */
  readonly folder: string;
  readonly signals: Signals;
  readonly job: GitHubJob;
  /** What the run knows of secrets, and what it has printed. */
  readonly secrets: SecretCollector;
  readonly record: ConsoleRecord;
}

/** A target that was judged, and what was written of it. */
export interface Finished {
  readonly verdict: Verdict;
  readonly files: readonly string[];
  readonly extras: ReportExtras;
  readonly folder: string;
  readonly targetFile: string;
}

/**
 * Targets that may be tried side by side, from lease to verdict. Those that another run uses are left out.
 *
 * @param isWhole there is no other wave
 * @throws ConfigurationError where nothing can be tried, since every target file is wrong
 */
export async function runWave(
  wave: readonly TargetRun[],
  watch: Watch,
  isWhole: boolean,
): Promise<Finished[]> {
  const { signals, base } = watch;
  try {
    const runs = await freeOf(wave);
    for (const each of runs) {
      // Whoever had the lease before may have been killed meanwhile.
      each.checkJournal();
      each.onLost((reason) => signals.cutShort(`${each.target.name}: ${reason}`));
    }
    for (const each of runs) await each.lookBefore();
    const wrong = runs.flatMap(({ misconfigured }) => misconfigured ?? []);
    // One wrong target file among several must not cost the verdicts on the others.
    if (isWhole && wrong[0] !== undefined && wrong.length === runs.length) throw wrong[0];
    const usable = runs.filter(({ unusable }) => unusable === undefined);
    if (usable.length > 0 && signals.interrupted === undefined) await tryOut(usable, watch);
    const finished: Finished[] = [];
    for (const each of runs) {
      const made = await each.finish(signals.interrupted, signals.atOnce);
      watch.job.add(made.verdict, made.extras);
      takeAllureResults(allureDirOf(base), made.verdict, each.folder);
      finished.push({ ...made, folder: each.folder, targetFile: each.target.file });
    }
    rmSync(allureDirOf(base), { recursive: true, force: true });
    return finished;
  } finally {
    for (const each of wave) each.release();
  }
}

/** Those that no other run uses; the others are told. Taken in one order by all runs, so that none wait in a ring. */
async function freeOf(runs: readonly TargetRun[]): Promise<TargetRun[]> {
  const free: TargetRun[] = [];
  const inOrder = [...runs].sort((a, b) => (a.target.baseUrl < b.target.baseUrl ? -1 : 1));
  for (const each of inOrder) {
    const holder = await each.takeLease(complain);
    if (holder === undefined) free.push(each);
    else {
      const { name, baseUrl } = each.target;
      complain(
        `${name}: ${baseUrl} is in use by ${holder}. Nothing was sent; --wait waits until it is free.`,
      );
    }
  }
  return runs.filter((each) => free.includes(each));
}

async function tryOut(
  runs: readonly TargetRun[],
  { command, base, stateDir, folder, signals, secrets, record }: Watch,
): Promise<void> {
  const plan: RunPlan = {
    targets: runs.map(({ planned }) => ({ ...planned, workDir: resolve(planned.workDir) })),
    mode: command.mode,
    slow: command.slow,
    seed: command.seed,
    jobs: command.jobs,
    stateDir: resolve(stateDir),
    outputDir: join(folder, 'playwright'),
    allureDir: command.allure ? allureDirOf(base) : null,
    quiet: command.quiet || command.json,
    secretsAddress: secrets.address,
    terminal: process.stderr.isTTY === true,
  };
  mkdirSync(base, { recursive: true });
  rmSync(allureDirOf(base), { recursive: true, force: true });
  const playwright = new PlaywrightProcess(plan, folder, command.grep, (from, to) =>
    record.passOn(from, to, (text) => secrets.redactor.redactPrinted(text)),
  );
  signals.onSignal(() => playwright.stop());
  const killedBy = await playwright.ended;
  if (killedBy !== undefined) signals.endedBy(`the process of the tests was ended by ${killedBy}`);
}

/** Of all targets that are tried side by side; each then gets its own. */
function allureDirOf(base: string): string {
  return resolve(base, 'playwright-allure');
}
