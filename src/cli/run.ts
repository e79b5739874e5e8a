import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { stateDirOf } from '../journal/state-dir.js';
import { renderSummary } from '../report/summary.js';
import { loadRequirements } from '../requirements/catalogue.js';
import { idPattern } from '../requirements/glob.js';
import type { RunPlan } from '../run-plan.js';
import { exitCode } from '../verdict/exit-code.js';
import type { Verdict } from '../verdict/verdict.js';
import { startEmulator } from './emulator-process.js';
import { GitHubJob } from './github-job.js';
import { renderPlan } from './plan.js';
import { PlaywrightProcess } from './playwright-process.js';
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
  const runs: TargetRun[] = [];
  for (const file of command.targets) runs.push(await TargetRun.prepare(file, command, stateDir));
  checkNames(runs);
  checkGrep(command.grep);
  if (command.plan) {
    for (const { target } of runs) say(renderPlan(target, command));
    return 0;
  }
  for (const each of runs) warn(each, command);
  for (const each of runs) each.checkJournal();
  // A signal during the look before has nothing to give back: it ends the process as usual.
  for (const each of runs) await each.lookBefore();
  const wrong = runs.flatMap(({ misconfigured }) => misconfigured ?? []);
  // One wrong target file among several must not cost the verdicts on the others.
  if (wrong[0] !== undefined && wrong.length === runs.length) throw wrong[0];
  const usable = runs.filter(({ unusable }) => unusable === undefined);
  const signals = new Signals();
  const job = new GitHubJob(process.env, command.json);
  try {
    if (usable.length > 0) await tryOut(usable, command, stateDir, signals);
    const verdicts: Verdict[] = [];
    for (const each of runs) verdicts.push(await report(each, command, signals.interrupted, job));
    return signals.exitCode(exitCode(verdicts, { usageError: wrong.length > 0 }));
  } finally {
    signals.stopListening();
    job.end();
  }
}

async function tryOut(
  runs: readonly TargetRun[],
  command: RunCommand,
  stateDir: string,
  signals: Signals,
): Promise<void> {
  const [first] = runs;
  const base = runs.length === 1 && first !== undefined ? first.folder : command.out;
  const plan: RunPlan = {
    targets: runs.map(({ planned }) => ({ ...planned, workDir: resolve(planned.workDir) })),
    mode: command.mode,
    slow: command.slow,
    jobs: command.jobs,
    stateDir: resolve(stateDir),
    outputDir: resolve(base, 'playwright'),
    allureDir: resolve(base, 'allure-results'),
    quiet: command.quiet || command.json,
  };
  mkdirSync(base, { recursive: true });
  rmSync(resolve(base, 'allure-results'), { recursive: true, force: true });
  const planFile = resolve(base, 'plan.json');
  const playwright = new PlaywrightProcess(plan, planFile, command.grep);
  signals.onSignal(() => playwright.stop());
  await playwright.ended;
  rmSync(planFile, { force: true });
  rmSync(plan.outputDir, { recursive: true, force: true });
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
  const names = runs.map(({ target }) => target.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ConfigurationError(
      `Two target files have the name ${twice}: their reports would overwrite each other.`,
    );
  }
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
