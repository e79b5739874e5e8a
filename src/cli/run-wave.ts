import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isFolder, isOfFiles, makeFolder } from '../base/files.js';
import type { SecretCollector } from '../base/redaction/secrets-channel.js';
import { steadyNow } from '../base/steady-now.js';
import { takeAllureResults } from '../reports/allure/results.js';
import type { RunPlan, TimeLimit } from '../target/run-plan.js';
import { outOfTime } from '../verdict/derive/fold.js';
import type { ConsoleRecord } from './console-record.js';
import { askedFor } from './foreseen.js';
import type { GitHubJob } from './github-job.js';
import { expectedMs } from './history.js';
import { PlaywrightProcess } from './playwright-process.js';
import type { RunCommand } from './run-options.js';
import type { Signals } from './signals.js';
import { Begun, type Finished } from './target-run/begun.js';
import { Leased } from './target-run/leased.js';
import { checkJournal, isChanged, type Prepared } from './target-run/prepared.js';
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

/**
 * Targets that may be tried side by side, from lease to verdict. Those that another run uses are left out.
 *
 * @param isWhole there is no other wave
 * @throws ConfigurationError where nothing can be tried, since every target file is wrong
 */
export async function runWave(
  wave: readonly Prepared[],
  watch: Watch,
  isWhole: boolean,
): Promise<Finished[]> {
  const { signals } = watch;
  const leased: Leased[] = [];
  try {
    await takeFree(wave, leased);
    for (const each of leased) {
      // Whoever had the lease before may have been killed meanwhile.
      checkJournal(each.prepared);
      each.onLost((reason) => signals.cutShort(`${each.prepared.target.name}: ${reason}`));
    }
    return await tryAll(
      wave.flatMap((prepared) => leased.find((each) => each.prepared === prepared) ?? []),
      watch,
      isWhole,
    );
  } finally {
    for (const each of leased) each.release();
  }
}

/** Whatever goes wrong with one target, all of them are restored before it is told. */
async function tryAll(leased: readonly Leased[], watch: Watch, isWhole: boolean): Promise<Finished[]> {
  const { signals, base } = watch;
  const failures: unknown[] = [];
  const attempt = async (step: () => unknown) => {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  };
  const runs: Begun[] = [];
  for (const each of leased) await attempt(async () => runs.push(await Begun.on(each, watch.secrets)));
  const wrong = runs.flatMap(({ trouble }) => trouble?.misconfigured ?? []);
  // One wrong target file among several must not cost the verdicts on the others.
  const isAllWrong = isWhole && wrong.length === runs.length;
  if (isAllWrong && wrong[0] !== undefined && !runs.some(({ prepared }) => isChanged(prepared)))
    throw wrong[0];
  const usable = runs.filter(({ trouble }) => trouble === undefined);
  const ends = new Map<Begun, Promise<Finished>>();
  const end = (run: Begun) => {
    const ending = ends.get(run) ?? run.finish(signals.interrupted, signals.atOnce);
    ends.set(run, ending);
    return ending;
  };
  // A target that is through need not stay changed until the slowest is, nor wait for its reports.
  watch.secrets.onLeft((baseUrl) => {
    const left = usable.find(({ prepared }) => prepared.target.baseUrl === baseUrl);
    const isEnding = left === undefined || ends.has(left) || signals.interrupted !== undefined;
    if (!isEnding && runs.length > 1 && left.isThrough) end(left).catch(() => {});
  });
  if (usable.length > 0 && failures.length === 0 && signals.interrupted === undefined)
    await attempt(() => tryOut(usable, watch));
  watch.secrets.onLeft(() => {});
  const finished: Finished[] = [];
  for (const each of runs)
    await attempt(async () => {
      const made = await end(each);
      watch.job.add(made.verdict, made.extras);
      const hasAllure = takesAllure(allureDirOf(base), made);
      finished.push(hasAllure ? made : { ...made, misconfigured: true });
    });
  if (isFolder(base)) await attempt(() => rmSync(allureDirOf(base), { recursive: true, force: true }));
  if (failures.length > 0) throw failures[0];
  return finished;
}

/** @returns whether there was room for them */
function takesAllure(from: string, { verdict, folder }: Finished): boolean {
  try {
    takeAllureResults(from, verdict, folder);
    return true;
  } catch (error) {
    if (!isOfFiles(error)) throw error;
    complain(`The Allure results can't be written to ${folder}: ${error.message}`);
    return false;
  }
}

/** Takes those that no other run uses, and tells of the others. In one order in all runs, so that none wait in a ring. */
async function takeFree(wave: readonly Prepared[], leased: Leased[]): Promise<void> {
  const inOrder = [...wave].sort((a, b) => (a.target.baseUrl < b.target.baseUrl ? -1 : 1));
  for (const each of inOrder) {
    const taken = await Leased.take(each, complain);
    if (taken instanceof Leased) leased.push(taken);
    else {
      complain(`${each.target.name}: ${taken}`);
    }
  }
}

async function tryOut(
  runs: readonly Begun[],
  { command, base, stateDir, folder, signals, secrets, record }: Watch,
): Promise<void> {
  const plan: RunPlan = {
    targets: runs.map(({ prepared }) => prepared.planned),
    mode: command.mode,
    slow: command.slow,
    seed: command.seed,
    grep: command.grep ?? null,
    jobs: command.jobs,
    stateDir: resolve(stateDir),
    outputDir: join(folder, 'playwright'),
    allureDir: command.allure ? allureDirOf(base) : null,
    quiet: command.quiet || command.json,
    verbose: command.verbose,
    maxFailures: command.maxFailures ?? null,
    secretsAddress: secrets.address,
    terminal: process.stderr.isTTY === true,
    expectedMs: expectedMs(
      runs.map(({ prepared }) => prepared.target.name),
      command,
      askedFor(command).length,
    ),
    within: timeLimitOf(command),
  };
  makeFolder(base);
  rmSync(allureDirOf(base), { recursive: true, force: true });
  const playwright = new PlaywrightProcess(plan, folder, command.grep, (from, to) =>
    record.passOn(from, to, (text) => secrets.redactor.redactPrinted(text)),
  );
  signals.onSignal(() => playwright.stop());
  playwright.onAskedToStop((reason) => signals.cutShort(reason));
  const endOfTime = stopInTime(playwright, plan.within);
  const killedBy = await playwright.ended;
  for (const timer of endOfTime) clearTimeout(timer);
  const isOver = plan.within !== null && steadyNow() > plan.within.endsAt - lastMs;
  if (!isOver && killedBy !== undefined) signals.endedBy(`the process of the tests was ended by ${killedBy}`);
}

/** What stopping, restoring and reporting take at the least. */
const lastMs = 7_000;
/** What stopping takes at the most. */
const stoppingMs = 2_000;

/** Tests begin only where they fit: one that takes longer than others did must not take the time to restore. */
function stopInTime(playwright: PlaywrightProcess, limit: TimeLimit | null): NodeJS.Timeout[] {
  if (limit === null) return [];
  const leftMs = limit.endsAt - lastMs - steadyNow();
  return [leftMs, leftMs + stoppingMs].map((ms) => setTimeout(() => playwright.stop(), ms));
}

function timeLimitOf({ within }: RunCommand): TimeLimit | null {
  if (within === undefined) return null;
  return { endsAt: Math.round(performance.timeOrigin) + within.ms, reason: outOfTime(within.text) };
}

/** Of all targets that are tried side by side; each then gets its own. */
function allureDirOf(base: string): string {
  return resolve(base, 'playwright-allure');
}
