import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faults } from '../../emulator/faults/index.js';
import { loadRequirements } from '../../src/requirements/catalogue.js';
import { groupsOf, together } from '../detection/groups.js';
import { judge } from '../detection/matrix.js';
import { expectationOfFault } from '../detection/problems.js';
import { sample } from '../detection/sample.js';
import { type Proven, proveScripts } from './prove-scripts.js';

// npm run prove:scripts -- [--sample 60] [--seed 1] [part of a fault's id …]
const { values, positionals: only } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
});
const drawn =
  only.length > 0
    ? faults.filter(({ id }) => only.some((part) => id.includes(part)))
    : sample(faults, Number(values.sample), Number(values.seed));
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
