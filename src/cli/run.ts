import { join } from 'node:path';
import { ConfigurationError } from '../base/errors.js';
import { replaceFile } from '../base/files.js';
import type { Verdict } from '../base/model/verdict.js';
import { makePrivateFolder } from '../base/private-folder.js';
import { SecretCollector } from '../base/redaction/secrets-channel.js';
import { programName } from '../base/words.js';
import { idPattern, loadRequirements } from '../contract/requirements/catalogue.js';
import { nearest } from '../input/config-file/nearest.js';
import { targetFiles } from '../input/target-file/files.js';
import { renderSummary } from '../reports/forms/summary.js';
import { quietLine } from '../reports/forms/verdict-words.js';
import { fileWidth, scriptsIn } from '../reports/forms/write.js';
import { plannedNow, writePlanned } from '../reports/many/planned.js';
import { type Shard, splitOver } from '../reports/many/shard.js';
import { wavesOf } from '../reports/many/waves.js';
import { isDefaultStateDir, stateDirOf } from '../target/journal/state-dir.js';
import { exitCode, meaningOf } from '../verdict/derive/exit-code.js';
import { ConsoleRecord } from './console-record.js';
import { startEmulator } from './emulator-process.js';
import { GitHubJob } from './github-job.js';
import { expectedMs } from './history.js';
import { packEvidence, writeForTools } from './output-files.js';
import { renderPlan } from './plan.js';
import { askedFor } from './reach.js';
import { reportMatrix } from './run-matrix.js';
import type { RunCommand } from './run-options.js';
import { type RunContext, runWave } from './run-wave.js';
import { type Checked, checkForSecrets, secretLines, stampsIn } from './secret-check.js';
import { Signals } from './signals.js';
import type { Finished } from './target-run/begun.js';
import {
  checkBefore,
  isChanged,
  mayChange,
  type Prepared,
  prepare,
  warningsBefore,
} from './target-run/prepared.js';
import { complain, fromHere, isWritten, say, terminal } from './terminal.js';

export async function run(command: RunCommand): Promise<number> {
  const folder = makePrivateFolder();
  if (command.targets.length > 0)
    return runTargets(command, stateDirOf(command.stateDir, process.env), folder);
  const targetFile = join(folder, 'emulator.yaml');
  const release = command.release === undefined ? [] : ['--release', command.release];
  const emulator = await startEmulator(['--port', '0', '--write-target', targetFile, ...release]);
  try {
    // The emulator ends with the run, so nobody needs its journal later.
    const stateDir = command.stateDir ?? join(folder, 'state');
    return await runTargets({ ...command, targets: [targetFile] }, stateDir, folder);
  } finally {
    await emulator.stop();
  }
}

async function runTargets(command: RunCommand, stateDir: string, folder: string): Promise<number> {
  const secrets = await SecretCollector.open(folder);
  const record = new ConsoleRecord();
  record.begin();
  try {
    return await runAndCheck(command, { secrets, record, stateDir, folder });
  } finally {
    record.end();
    secrets.close();
  }
}

function planOf({ target, judgedBy, statement, planned }: Prepared, command: RunCommand): string {
  const lastMs = expectedMs([target.name], command, askedFor(command).length);
  return renderPlan(target, judgedBy.contract, command, statement, lastMs, planned);
}

function exitLine(verdict: Verdict | undefined, code: number): string | undefined {
  if (verdict === undefined || exitCode([verdict]) === code) return undefined;
  return `Exit code: ${code} (${meaningOf(code)})`;
}

async function shareOf(command: RunCommand, { stateDir, secrets }: Pick<RunContext, 'stateDir' | 'secrets'>) {
  const all: Prepared[] = [];
  for (const file of targetFiles(command.targets)) all.push(await prepare(file, command, stateDir, secrets));
  checkNames(all);
  checkGrep(command.grep);
  const { shard } = command;
  const targets = all.map(({ target }) => target);
  const split = splitOver(targets, shard.count);
  const runs = all.filter(({ target }) => split.get(target.name) === shard.index);
  if (runs.length === 0) complain(nothingToDo(shard, all.length));
  return { runs, split };
}

async function runAndCheck(
  command: RunCommand,
  context: Pick<RunContext, 'secrets' | 'record' | 'stateDir' | 'folder'>,
): Promise<number> {
  const { stateDir } = context;
  const { runs, split } = await shareOf(command, context);
  if (command.plan) {
    for (const each of runs) say(planOf(each, command));
    return 0;
  }
  for (const each of runs) warn(each, command);
  const losesJournals = Boolean(process.env['CI']) && isDefaultStateDir(command.stateDir, process.env);
  if (losesJournals && runs.some(mayChange)) complain(warningOfLostJournals(stateDir));
  for (const each of runs) checkBefore(each);
  const before = stampsIn(command.out);
  const planned = plannedNow(command.shard, split, process.env);
  writePlanned(planned, command.out);
  if (runs.length === 0) return 0;
  const signals = new Signals((code) => process.exit(runs.some(isChanged) ? 4 : code));
  const job = new GitHubJob(process.env, command.json);
  try {
    const base = runs.length === 1 && runs[0] !== undefined ? runs[0].folder : command.out;
    const finished: Finished[] = [];
    const waves = wavesOf(runs);
    for (const wave of waves) {
      const shared = { ...context, command, base, signals, job };
      finished.push(...(await runWave(wave, shared, waves.length === 1)));
    }
    await context.secrets.settled();
    const verdicts = finished.map(({ verdict }) => verdict);
    const written: string[] = [];
    const isAllWritten = [
      isWritten(() => runs.length > 1 && reportMatrix(verdicts, planned, command)),
      isWritten(() => writeForTools(command, verdicts, written)),
      ...finished.map((each) => !each.misconfigured),
    ].every(Boolean);
    const { secrets, record: console } = context;
    const searched = checkForSecrets(secrets, { written, targets: runs, out: command.out, before, console });
    const leaked = searched.leaks.length > 0;
    const usageError = !isAllWritten || leaked;
    const code = signals.exitCode(exitCode(verdicts, { usageError, inUse: finished.length < runs.length }));
    const only = runs.length === 1 ? finished[0] : undefined;
    const end = signals.exitLine(code) ?? exitLine(only?.verdict, code);
    for (const each of finished) show(each, command, searched, end);
    const isPacked = leaked || isWritten(() => packEvidence(command, finished));
    if (leaked && (command.quiet || command.json)) for (const line of secretLines(searched)) complain(line);
    return isPacked ? code : 2;
  } catch (error) {
    for (const { target } of runs.filter(isChanged))
      complain(`${target.name} is still changed: ${programName()} restore -t ${target.file} restores it.`);
    throw error;
  } finally {
    signals.stopListening();
    job.end();
  }
}

function warn(prepared: Prepared, { quiet, json }: RunCommand): void {
  if (quiet || json) return;
  const { target, notes } = prepared;
  for (const note of notes) complain(`${target.name}: ${note}`);
  for (const warning of warningsBefore(prepared)) complain(`warning: ${target.name}: ${warning}`);
}

function checkNames(runs: readonly Prepared[]): void {
  const files = new Map<string, string>();
  for (const { target } of runs) {
    // Some file systems ignore case, so the folders Lab and lab would be one.
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

function checkGrep(grep: string | undefined): void {
  if (grep === undefined) return;
  const ids = loadRequirements().map(({ id }) => id);
  const fits = (glob: string) => ids.some((id) => idPattern(glob).test(id));
  if (fits(grep)) return;
  // Users often type a part of an id, so the advice widens the pattern.
  const wider = [`${grep.replace(/\/$/, '')}/*`, `${grep}*`, `*${grep}*`].find(fits);
  const areas = [...new Set(ids.map((id) => `${id.split('/')[0]}/*`))];
  const [meant = wider] = wider === undefined ? nearest(grep, [...areas, ...ids]) : [];
  const advice = meant === undefined ? `${programName()} list shows all` : `did you mean '${meant}'?`;
  throw new ConfigurationError(`--grep ${grep}: no requirement fits; ${advice}`);
}

function nothingToDo({ index, count }: Shard, targets: number): string {
  const there = targets === 1 ? 'there is 1 target' : `there are ${targets} targets`;
  return `Shard ${index} of ${count} has no target: ${there} in all. Nothing to do.`;
}

function warningOfLostJournals(stateDir: string): string {
  return (
    `warning: journals go to ${stateDir}, which a CI job may lose: after a kill nobody could restore the target. ` +
    'Set --state-dir or MFA_CONFORMANCE_STATE to a folder that outlives the job.'
  );
}

function show(
  { verdict, files, folder, targetFile, extras }: Finished,
  command: RunCommand,
  searched: Checked,
  exit: string | undefined,
): void {
  const secrets = { clean: searched.leaks.length === 0, lines: secretLines(searched) };
  const end = { targetFile, ...(exit === undefined ? {} : { exit }) };
  const scripts = scriptsIn(folder, verdict);
  const options = { outDir: fromHere(folder), files, scripts, secrets, ...end, ...extras };
  const inFile = { ...options, colour: false, width: fileWidth };
  // If no report could be written, the disk is too full for the summary as well.
  if (files.length > 0) replaceFile(join(folder, 'summary.txt'), renderSummary(verdict, inFile));
  if (command.json) say(JSON.stringify(verdict));
  else say(command.quiet ? quietLine(verdict) : renderSummary(verdict, { ...options, ...terminal() }));
}
