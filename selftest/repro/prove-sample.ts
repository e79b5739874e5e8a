import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import type { Outcome } from '../../src/base/model/verdict.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { groupsOf, together } from '../detection/groups.js';
import { judge } from '../detection/matrix.js';
import { expectationOfFault } from '../detection/problems.js';
import { runSuite } from '../detection/run-suite.js';
import { sample } from '../detection/sample.js';
import { tool, wholeNumber } from '../tool/tool.js';
import { type Proven, proveScripts } from './prove-scripts.js';
import { commanded, emulated, mutantsOf } from './script-targets.js';

interface Options {
  readonly sample: number;
  readonly seed: number;
  readonly jobs: number;
  readonly keep?: string;
  readonly targetCommand?: string;
}

const command = tool('prove:scripts', 'Runs the scripts of failures on targets with and without the fault.')
  .argument('[id...]', 'parts of ids: all faults that have one of them, in place of a sample')
  .option('--target-command <cmd>', 'faults of the target that this starts, in place of the emulator')
  .option('--sample <n>', 'so many faults', wholeNumber, 60)
  .option('--seed <n>', 'which ones', wholeNumber, 1)
  .option('--jobs <n>', 'scripts at a time', wholeNumber, 1)
  .option('--keep <folder>', 'where to leave reports and scripts; runs that it holds are not run again')
  .parse();
const only = command.args;
const values = command.opts<Options>();
const keep = values.keep ?? mkdtempSync(join(tmpdir(), 'mfa-conformance-scripts-'));
const drawn = <T extends { readonly id: string }>(all: readonly T[]) =>
  only.length > 0
    ? all.filter(({ id }) => only.some((part) => id.includes(part)))
    : sample(all, values.sample, values.seed);
const proven: Proven[] = [];

function tell(told: readonly Proven[], where: string): void {
  proven.push(...told);
  for (const { id, faults: broken, lacks, problem } of told) {
    const what = `${broken.join(' ')} ${id}`;
    if (lacks !== undefined) console.log(`none  ${what}: ${lacks}`);
    else if (problem === undefined) console.log(`ok    ${what}`);
    else console.log(`WRONG ${what}: ${problem.replaceAll('\n', '\n      ')}\n      ${where}`);
  }
}

async function proveCommand(text: string): Promise<void> {
  const target = text.split(/\s+/);
  for (const { id } of drawn(await mutantsOf(target))) {
    const folder = join(keep, id);
    const reports = join(folder, 'out', id);
    const faulty = commanded(target, id);
    if (!existsSync(join(reports, 'verdict.json'))) {
      const started = await faulty(folder);
      await runSuite([started.target.file], folder, []).finally(started.close);
    }
    const isWanted = ({ level }: Outcome) => level === 'must';
    const subject = { faults: [id], faulty, reference: commanded(target), jobs: values.jobs, isWanted };
    tell(await proveScripts(reports, subject, join(folder, 'scripts')), reports);
  }
}

async function proveEmulator(): Promise<void> {
  const groups = groupsOf(drawn(faults).map(expectationOfFault), loadRequirements());
  for (let at = 0; at < groups.length; at += 4) {
    const subjects = groups.slice(at, at + 4).map((group, index) => together(group, `group-${at + index}`));
    const own = join(keep, String(at));
    await judge(subjects, own, { jobs: 3, mailTimeoutMs: 2000 });
    for (const each of subjects) {
      const reference = emulated({ ...each, faults: [] });
      const subject = { faults: each.faults, faulty: emulated(each), reference, jobs: values.jobs };
      tell(await proveScripts(join(own, 'out', each.name), subject, join(own, 'scripts')), own);
    }
  }
}

await (values.targetCommand === undefined ? proveEmulator() : proveCommand(values.targetCommand));
const scripted = proven.flatMap(({ ended }) => ended ?? []);
const share = (what: string, n: number, of: number) =>
  console.log(`${what}: ${n} of ${of}${of === 0 ? '' : ` (${((100 * n) / of).toFixed(1)} %)`}`);
const ending = (on: 'faulty' | 'reference', code: number) =>
  scripted.filter((ended) => ended[on].code === code).length;
const acquitted = ending('faulty', 0);
share('failures with a script', scripted.length, proven.length);
share('exit 1 on a fresh target with the fault', ending('faulty', 1), scripted.length);
share('exit 0 there, an acquittal', acquitted, scripted.length);
share('exit 0 on a fresh target without it', ending('reference', 0), scripted.length);
const wrong = proven.filter(({ problem }) => problem !== undefined).length;
process.exitCode = acquitted === 0 && (values.targetCommand !== undefined || wrong === 0) ? 0 : 1;
