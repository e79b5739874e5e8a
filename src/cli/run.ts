import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { takeAllureResults } from '../allure/results.js';
import { ConfigurationError } from '../errors.js';
import { stateDirOf } from '../journal/state-dir.js';
import { plannedNow, writePlanned } from '../many/planned.js';
import { type Shard, splitOver } from '../many/shard.js';
import { wavesOf } from '../many/waves.js';
import { renderSummary } from '../report/summary.js';
import { loadRequirements } from '../requirements/catalogue.js';
import { idPattern } from '../requirements/glob.js';
import type { RunPlan } from '../run-plan.js';
import { targetFiles } from '../target/files.js';
import { exitCode } from '../verdict/exit-code.js';
import type { Verdict } from '../verdict/verdict.js';
import { startEmulator } from './emulator-process.js';
import { GitHubJob } from './github-job.js';
import { renderPlan } from './plan.js';
import { PlaywrightProcess } from './playwright-process.js';
import { reportMatrix } from './run-matrix.js';
import type { RunCommand } from './run-options.js';
import { TargetRun } from './target-run.js';
import { complain, say } from './terminal.js';

/** `mfa-conformance run`. @returns the exit code */
export async function run(command: RunCommand): Promise<number> {
  if (command.targets.length > 0) return runTargets(command, stateDirOf(command.stateDir, process.env));
  const temporary = mkdtempSync(join(tmpdir(), 'mfa-conformance-'));
  const targetFile = join(temporary, 'emulator.yaml');
  const release = command.release === undefined ? [] : ['--release', command.release];
  try {
    const emulator = await startEmulator(['--port', '0', '--write-target', targetFile, ...release]);
    try {
      // The emulator ends with the run: what is noted about it need not outlive it.
      const stateDir = command.stateDir ?? join(temporary, 'state');
      return await runTargets({ ...command, targets: [targetFile] }, stateDir);
    } finally {
      await emulator.stop();
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function runTargets(command: RunCommand, stateDir: string): Promise<number> {
  const all: TargetRun[] = [];
  for (const file of targetFiles(command.targets)) {
    all.push(await TargetRun.prepare(file, command, stateDir));
  }
  checkNames(all);
  checkGrep(command.grep);
  const { shard } = command;
  const split = splitOver(
    all.map(({ target }) => target),
    shard.count,
  );
  const runs = all.filter(({ target }) => split.get(target.name) === shard.index);
  if (runs.length === 0) complain(nothingToDo(shard, all.length));
  if (command.plan) {
    for (const { target } of runs) say(renderPlan(target, command));
    return 0;
  }
  for (const each of runs) warn(each, command);
  for (const each of runs) each.checkJournal();
  const planned = plannedNow(shard, split, process.env);
  writePlanned(planned, command.out);
  if (runs.length === 0) return 0;
  // A signal during the look before has nothing to give back: it ends the process as usual.
  for (const each of runs) await each.lookBefore();
  const wrong = runs.flatMap(({ misconfigured }) => misconfigured ?? []);
  // One wrong target file among several must not cost the verdicts on the others.
  if (wrong[0] !== undefined && wrong.length === runs.length) throw wrong[0];
  const signals = new Signals();
  const job = new GitHubJob(process.env, command.json);
  try {
    const base = runs.length === 1 && runs[0] !== undefined ? runs[0].folder : command.out;
    const verdicts: Verdict[] = [];
    for (const wave of wavesOf(runs)) {
      const usable = wave.filter(({ unusable }) => unusable === undefined);
      if (usable.length > 0 && signals.interrupted === undefined) {
        await tryOut(usable, { command, base, stateDir, signals });
      }
      for (const each of wave) {
        const verdict = await report(each, command, signals.interrupted, job);
        takeAllureResults(allureDirOf(base), verdict, each.folder);
        verdicts.push(verdict);
      }
      rmSync(allureDirOf(base), { recursive: true, force: true });
    }
    const code = signals.exitCode(exitCode(verdicts, { usageError: wrong.length > 0 }));
    if (runs.length > 1) reportMatrix(verdicts, planned, command);
    return code;
  } finally {
    signals.stopListening();
    job.end();
  }
}

interface Surroundings {
  readonly command: RunCommand;
  /** Where files of the run as a whole lie while it runs. */
  readonly base: string;
  readonly stateDir: string;
  readonly signals: Signals;
}

/** The tests of targets that may be tried side by side. */
async function tryOut(
  runs: readonly TargetRun[],
  { command, base, stateDir, signals }: Surroundings,
): Promise<void> {
  const plan: RunPlan = {
    targets: runs.map(({ planned }) => ({ ...planned, workDir: resolve(planned.workDir) })),
    mode: command.mode,
    slow: command.slow,
    jobs: command.jobs,
    stateDir: resolve(stateDir),
    outputDir: resolve(base, 'playwright'),
    allureDir: allureDirOf(base),
    quiet: command.quiet || command.json,
  };
  mkdirSync(base, { recursive: true });
  rmSync(allureDirOf(base), { recursive: true, force: true });
  const planFile = resolve(base, 'plan.json');
  const playwright = new PlaywrightProcess(plan, planFile, command.grep);
  signals.onSignal(() => playwright.stop());
  await playwright.ended;
  rmSync(planFile, { force: true });
  rmSync(plan.outputDir, { recursive: true, force: true });
}

/** Of all targets that are tried side by side; each then gets its own. */
function allureDirOf(base: string): string {
  return resolve(base, 'playwright-allure');
}

async function report(
  each: TargetRun,
  command: RunCommand,
  interrupted: string | undefined,
  job: GitHubJob,
): Promise<Verdict> {
  const { verdict, files, extras } = await each.finish(interrupted);
  job.add(verdict, extras);
  if (command.json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else {
    const colour = process.stdout.isTTY === true && !process.env['NO_COLOR'];
    const outDir = relative(process.cwd(), each.folder) || '.';
    const width = process.stdout.columns ?? 100;
    process.stdout.write(
      command.quiet
        ? `${verdict.target.name}: ${verdict.gate}${verdict.cause === '' ? '' : ` (${verdict.cause})`}\n`
        : renderSummary(verdict, { colour, width, outDir, files: [...files], ...extras }),
    );
  }
  return verdict;
}

function warn({ target, warnings }: TargetRun, { quiet, json }: RunCommand): void {
  if (quiet || json) return;
  for (const warning of warnings) complain(`warning: ${target.name}: ${warning}`);
}

function checkNames(runs: readonly TargetRun[]): void {
  const files = new Map<string, string>();
  for (const { target } of runs) {
    // Where case doesn't tell folders apart, Lab and lab are one.
    const key = target.name.toLowerCase();
    const other = files.get(key);
    if (other !== undefined) {
      throw new ConfigurationError(
        `Two target files have the name ${target.name}: ${other} and ${target.file}. ` +
          'Their reports would overwrite each other: write another name: into one of them.',
      );
    }
    files.set(key, target.file);
  }
}

function nothingToDo({ index, count }: Shard, targets: number): string {
  const there = targets === 1 ? 'there is 1 target' : `there are ${targets} targets`;
  return `Shard ${index} of ${count} has no target: ${there} in all. Nothing to do.`;
}

function checkGrep(grep: string | undefined): void {
  if (grep === undefined) return;
  const pattern = idPattern(grep);
  if (loadRequirements().some(({ id }) => pattern.test(id))) return;
  throw new ConfigurationError(`--grep ${grep}: no requirement fits; mfa-conformance list shows all.`);
}

/** Ctrl-C and SIGTERM: stop the tests, give the state back, report, and only then end. */
class Signals {
  interrupted: string | undefined;
  #code: number | undefined;
  #stop: () => void = () => {};
  readonly #onInt = () => this.#received('SIGINT', 130);
  readonly #onTerm = () => this.#received('SIGTERM', 143);

  constructor() {
    process.on('SIGINT', this.#onInt);
    process.on('SIGTERM', this.#onTerm);
  }

  onSignal(stop: () => void): void {
    this.#stop = stop;
    if (this.interrupted !== undefined) stop();
  }

  /** 130 or 143 after a signal, unless the state could not be given back. */
  exitCode(code: number): number {
    return this.#code === undefined || code === 4 ? code : this.#code;
  }

  stopListening(): void {
    process.off('SIGINT', this.#onInt);
    process.off('SIGTERM', this.#onTerm);
  }

  #received(signal: string, code: number): void {
    if (this.interrupted === undefined)
      process.stderr.write(`\n${signal}: stopping, then giving the configuration back.\n`);
    this.interrupted = `stopped by ${signal}`;
    this.#code = code;
    this.#stop();
  }
}
