import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { groupsOf, together } from '../detection/groups.js';
import { judge } from '../detection/matrix.js';
import { expectationOfFault } from '../detection/problems.js';
import { sample } from '../detection/sample.js';
import { tool, wholeNumber } from '../tool/tool.js';
import { type Proven, proveScripts } from './prove-scripts.js';

interface Options {
  readonly sample: number;
  readonly seed: number;
  readonly keep?: string;
}

const command = tool(
  'prove:scripts',
  'Runs the scripts of failures: 1 on the faulty emulator, 0 without the fault?',
)
  .argument('[id...]', 'parts of ids: all faults that have one of them, in place of a sample')
  .option('--sample <n>', 'so many faults', wholeNumber, 60)
  .option('--seed <n>', 'which ones', wholeNumber, 1)
  .option('--keep <folder>', 'where to leave reports and scripts')
  .parse();
const only = command.args;
const values = command.opts<Options>();
const drawn =
  only.length > 0
    ? faults.filter(({ id }) => only.some((part) => id.includes(part)))
    : sample(faults, values.sample, values.seed);
const groups = groupsOf(drawn.map(expectationOfFault), loadRequirements());
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'mfa-conformance-scripts-'));
const proven: Proven[] = [];
for (let at = 0; at < groups.length; at += 4) {
  const subjects = groups.slice(at, at + 4).map((group, index) => together(group, `group-${at + index}`));
  const own = join(folder, String(at));
  await judge(subjects, own, { jobs: 3, mailTimeoutMs: 2000 });
  for (const subject of subjects) {
    const told = await proveScripts(join(own, 'out', subject.name), subject, folder);
    proven.push(...told);
    for (const { id, lacks, problem } of told) {
      if (lacks !== undefined) console.log(`none  ${id}: ${lacks}`);
      else
        console.log(
          `${problem === undefined ? 'ok   ' : 'WRONG'} ${id}${problem === undefined ? '' : `: ${problem}\n  ${subject.faults.join(' ')} ${join(own, 'out', subject.name)}`}`,
        );
    }
  }
}
const scripted = proven.filter(({ lacks }) => lacks === undefined);
const wrong = scripted.filter(({ problem }) => problem !== undefined);
console.log(`${proven.length} failures, ${scripted.length} scripts, ${wrong.length} prove nothing`);
process.exitCode = wrong.length === 0 ? 0 : 1;
