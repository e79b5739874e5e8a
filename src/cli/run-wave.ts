import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isFolder, makeFolder } from '../base/files.js';
import type { SecretCollector } from '../base/redaction/secrets-channel.js';
import { steadyNow } from '../base/steady-now.js';
import { takeAllureResults } from '../reports/allure/results.js';
import type { RunPlan, TimeLimit } from '../target/run-plan.js';
import { outOfTime } from '../verdict/derive/fold.js';
import type { ConsoleRecord } from './console-record.js';
import type { GitHubJob } from './github-job.js';
import { expectedMs } from './history.js';
import { PlaywrightProcess, type RunningTests } from './playwright-process.js';
import { askedFor } from './reach.js';
import type { RunCommand } from './run-options.js';
import type { Signals } from './signals.js';
import { Begun, type Finished } from './target-run/begun.js';
import { Leased } from './target-run/leased.js';
import { checkJournal, isChanged, type Prepared } from './target-run/prepared.js';
import { complain, isWritten } from './terminal.js';

export interface RunContext {
  readonly command: RunCommand;
  readonly base: string;
  readonly stateDir: string;
  readonly folder: string;
  readonly signals: Signals;
  readonly job: GitHubJob;
  readonly secrets: SecretCollector;
  readonly record: ConsoleRecord;
}

export async function runWave(wave: readonly Prepared[], context: RunContext, isWhole: boolean) {
  const { signals } = context;
  const leased: Leased[] = [];
  try {
    await leaseFree(wave, leased);
    for (const each of leased) {
      // Since the first check, a kill may have ended the lease's previous holder and left an open journal.
      checkJournal(each.prepared);
      each.onLost((reason) => signals.cutShort(`${each.prepared.target.name}: ${reason}`));
    }
    const inOrder = wave.flatMap((prepared) => leased.find((each) => each.prepared === prepared) ?? []);
    return await runAll(inOrder, context, isWhole);
  } finally {
    for (const each of leased) each.release();
  }
}

/** Tests and restores every target. If some fail, throws the first error only after all of them. */
async function runAll(leased: readonly Leased[], context: RunContext, isWhole: boolean): Promise<Finished[]> {
  const { signals, base } = context;
  const failures: unknown[] = [];
  const attempt = async (step: () => unknown) => {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  };
  const runs: Begun[] = [];
  for (const each of leased) await attempt(async () => runs.push(await Begun.on(each, context.secrets)));
  const wrong = runs.flatMap(({ trouble }) => trouble?.misconfigured ?? []);
  // If only some target files are wrong, the run goes on, so that the other targets get verdicts.
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
  // Restores each target when its own tests end, not only after the slowest target.
  context.secrets.onProcessEnd((baseUrl) => {
    const left = usable.find(({ prepared }) => prepared.target.baseUrl === baseUrl);
    const isEnding = left === undefined || ends.has(left) || signals.interrupted !== undefined;
    if (!isEnding && runs.length > 1 && left.isThrough) end(left).catch(() => {});
  });
  if (usable.length > 0 && failures.length === 0 && signals.interrupted === undefined)
    await attempt(() => runTests(usable, context));
  context.secrets.onProcessEnd(() => {});
  const finished: Finished[] = [];
  for (const each of runs)
    await attempt(async () => {
      const made = await end(each);
      context.job.add(made.verdict, made.extras);
      const hasAllure = isWritten(
        () => takeAllureResults(allureDirOf(base), made.verdict, made.folder),
        `The Allure results can't be written to ${made.folder}`,
      );
      finished.push(hasAllure ? made : { ...made, misconfigured: true });
    });
  if (isFolder(base)) await attempt(() => rmSync(allureDirOf(base), { recursive: true, force: true }));
  if (failures.length > 0) throw failures[0];
  return finished;
}

/** Leases the free targets and reports the others. All runs lease in one order, which prevents deadlocks. */
async function leaseFree(wave: readonly Prepared[], leased: Leased[]): Promise<void> {
  const inOrder = [...wave].sort((a, b) => (a.target.baseUrl < b.target.baseUrl ? -1 : 1));
  for (const each of inOrder) {
    const taken = await Leased.take(each, complain);
    if (taken instanceof Leased) leased.push(taken);
    else complain(`${each.target.name}: ${taken}`);
  }
}

async function runTests(
  runs: readonly Begun[],
  { command, base, stateDir, folder, signals, secrets, record }: RunContext,
): Promise<void> {
  const names = runs.map(({ prepared }) => prepared.target.name);
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
    expectedMs: expectedMs(names, command, askedFor(command).length),
    within: timeLimitOf(command),
  };
  makeFolder(base);
  rmSync(allureDirOf(base), { recursive: true, force: true });
  const playwright = PlaywrightProcess.start(plan, folder, command.grep, (from, to) =>
    record.passOn(from, to, (text) => secrets.redactor.redactPrinted(text)),
  );
  signals.onSignal(() => playwright.stop());
  playwright.onAskedToStop((reason) => signals.cutShort(reason));
  const endOfTime = stopInTime(playwright, plan.within);
  const killedBy = await playwright.ended;
  for (const timer of endOfTime) clearTimeout(timer);
  const isOver = plan.within !== null && steadyNow() > plan.within.endsAt - endingMs;
  if (!isOver && killedBy !== undefined) signals.endedBy(`the process of the tests was ended by ${killedBy}`);
}

const endingMs = 7_000;
const stoppingMs = 2_000;

function stopInTime(playwright: RunningTests, limit: TimeLimit | null): NodeJS.Timeout[] {
  if (limit === null) return [];
  const leftMs = limit.endsAt - endingMs - steadyNow();
  return [leftMs, leftMs + stoppingMs].map((ms) => setTimeout(() => playwright.stop(), ms));
}

function timeLimitOf({ within }: RunCommand): TimeLimit | null {
  if (within === undefined) return null;
  return { endsAt: Math.round(performance.timeOrigin) + within.ms, reason: outOfTime(within.text) };
}

/** All parallel targets share this folder until each takes its own results. */
const allureDirOf = (base: string): string => resolve(base, 'playwright-allure');
