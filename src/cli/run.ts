import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { isDefaultStateDir, stateDirOf } from '../journal/state-dir.js';
import { SecretCollector } from '../redaction/secrets-channel.js';
import { renderSummary } from '../report/summary.js';
import { fileWidth, type ReportExtras, replaceFile } from '../report/write.js';
import { loadRequirements } from '../requirements/catalogue.js';
import { idPattern } from '../requirements/glob.js';
import type { RunPlan } from '../run-plan.js';
import { exitCode } from '../verdict/exit-code.js';
import type { Verdict } from '../verdict/verdict.js';
import { ConsoleRecord } from './console-record.js';
import { startEmulator } from './emulator-process.js';
import { GitHubJob } from './github-job.js';
import { renderPlan } from './plan.js';
import { PlaywrightProcess } from './playwright-process.js';
import type { RunCommand } from './run-options.js';
import { type Checked, checkForSecrets, secretLines } from './secret-check.js';
import { Signals } from './signals.js';
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
  const secrets = await SecretCollector.open();
  const record = new ConsoleRecord();
  record.begin();
  try {
    return await runAndCheck(command, stateDir, { secrets, record });
  } finally {
    record.end();
    secrets.close();
  }
}

/** What a run knows of secrets, and what it has printed. */
interface Watch {
  readonly secrets: SecretCollector;
  readonly record: ConsoleRecord;
}

async function runAndCheck(command: RunCommand, stateDir: string, watch: Watch): Promise<number> {
  const runs: TargetRun[] = [];
  for (const file of command.targets)
    runs.push(await TargetRun.prepare(file, command, stateDir, watch.secrets));
  checkNames(runs);
  checkGrep(command.grep);
  if (command.plan) {
    for (const { target } of runs) say(renderPlan(target, command));
    return 0;
  }
  for (const each of runs) warn(each, command);
  if (
    process.env['CI'] &&
    isDefaultStateDir(command.stateDir, process.env) &&
    runs.some((each) => each.mayChange)
  )
    complain(warningOfLostJournals(stateDir));
  const signals = new Signals();
  try {
    const free = await freeOf(runs);
    if (free.length === 0) return exitCode([], { inUse: true });
    return await runFree(free, command, stateDir, { ...watch, signals, inUse: free.length < runs.length });
  } finally {
    for (const each of runs) each.release();
    signals.stopListening();
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

async function runFree(
  runs: readonly TargetRun[],
  command: RunCommand,
  stateDir: string,
  watch: Watch & { readonly signals: Signals; readonly inUse: boolean },
): Promise<number> {
  const { signals, secrets, record, inUse } = watch;
  const startedAt = Date.now();
  for (const each of runs) {
    each.checkJournal();
    each.onLeaseLost(() => signals.cutShort(`another run has taken ${each.target.name} over`));
  }
  for (const each of runs) await each.lookBefore();
  const wrong = runs.flatMap(({ misconfigured }) => misconfigured ?? []);
  // One wrong target file among several must not cost the verdicts on the others.
  if (wrong[0] !== undefined && wrong.length === runs.length) throw wrong[0];
  const usable = runs.filter(({ unusable }) => unusable === undefined);
  const job = new GitHubJob(process.env, command.json);
  try {
    if (usable.length > 0) await tryOut(usable, command, stateDir, watch);
    await secrets.settled();
    const finished: Finished[] = [];
    for (const each of runs) {
      const made = await each.finish(signals.interrupted);
      job.add(made.verdict, made.extras);
      finished.push({ ...made, folder: each.folder });
    }
    const searched = checkForSecrets(secrets, {
      targets: runs.map(({ target }) => target),
      folders: [...runs.map(({ folder }) => folder), join(command.out, 'allure-results')],
      out: command.out,
      startedAt,
      console: record,
    });
    for (const each of finished) show(each, command, searched);
    const leaked = searched.leaks.length > 0;
    if (leaked && (command.quiet || command.json)) for (const line of secretLines(searched)) complain(line);
    const verdicts = finished.map(({ verdict }) => verdict);
    return signals.exitCode(exitCode(verdicts, { usageError: wrong.length > 0 || leaked, inUse }));
  } finally {
    job.end();
  }
}

interface Finished {
  readonly verdict: Verdict;
  readonly files: readonly string[];
  readonly extras: ReportExtras;
  readonly folder: string;
}

function warningOfLostJournals(stateDir: string): string {
  return (
    `warning: journals go to ${stateDir}, which a CI job may lose: after a kill nobody could give the target back. ` +
    'Set --state-dir or MFA_CONFORMANCE_STATE to a folder that outlives the job.'
  );
}

async function tryOut(
  runs: readonly TargetRun[],
  command: RunCommand,
  stateDir: string,
  { signals, secrets, record }: Watch & { readonly signals: Signals },
): Promise<void> {
  const [first] = runs;
  const base = runs.length === 1 && first !== undefined ? first.folder : command.out;
  const plan: RunPlan = {
    targets: runs.map(({ planned }) => ({ ...planned, workDir: resolve(planned.workDir) })),
    mode: command.mode,
    slow: command.slow,
    seed: command.seed,
    jobs: command.jobs,
    stateDir: resolve(stateDir),
    outputDir: resolve(base, 'playwright'),
    allureDir: resolve(base, 'allure-results'),
    quiet: command.quiet || command.json,
    secretsAddress: secrets.address,
    terminal: process.stderr.isTTY === true,
  };
  mkdirSync(base, { recursive: true });
  rmSync(resolve(base, 'allure-results'), { recursive: true, force: true });
  const planFile = resolve(base, 'plan.json');
  const playwright = new PlaywrightProcess(plan, planFile, command.grep, (from, to) =>
    record.passOn(from, to, (text) => secrets.redactor.redact(text)),
  );
  signals.onSignal(() => playwright.stop());
  await playwright.ended;
  rmSync(planFile, { force: true });
  rmSync(plan.outputDir, { recursive: true, force: true });
}

/** Prints what came of a target, and says in its summary what the search for secrets came to. */
function show({ verdict, files, folder, extras }: Finished, command: RunCommand, searched: Checked): void {
  const secrets = { clean: searched.leaks.length === 0, lines: secretLines(searched) };
  const outDir = relative(process.cwd(), folder) || '.';
  const plain = { colour: false, width: fileWidth, outDir, files, secrets, ...extras };
  replaceFile(join(folder, 'summary.txt'), renderSummary(verdict, plain));
  if (command.json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else {
    const colour = process.stdout.isTTY === true && !process.env['NO_COLOR'];
    const width = process.stdout.columns ?? fileWidth;
    process.stdout.write(
      command.quiet
        ? `${verdict.target.name}: ${verdict.gate}${verdict.cause === '' ? '' : ` (${verdict.cause})`}\n`
        : renderSummary(verdict, { colour, width, outDir, files, secrets, ...extras }),
    );
  }
}

function warn({ target, warnings }: TargetRun, { quiet, json }: RunCommand): void {
  if (quiet || json) return;
  for (const warning of warnings) complain(`warning: ${target.name}: ${warning}`);
}

function checkNames(runs: readonly TargetRun[]): void {
  const names = runs.map(({ target }) => target.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const urls = runs.map(({ target }) => target.baseUrl);
  const urlTwice = urls.find((url, index) => urls.indexOf(url) !== index);
  if (urlTwice !== undefined)
    throw new ConfigurationError(`Two target files are of ${urlTwice}: they would get in each other's way.`);
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
