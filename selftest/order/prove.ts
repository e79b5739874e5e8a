// Runs the suite with its test files in other orders, against the emulator without and with faults, and checks that
// each requirement has the same outcome as in the usual order.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import { type Judgement, judge, type Subject } from '../detection/matrix.js';
import { asItIs, asItIsInLatest, expectationOfFault } from '../detection/problems.js';
import { sample } from '../detection/sample.js';
import { tool, wholeFrom, wholeNumber } from '../tool/tool.js';
import { shuffled } from './shuffled.js';

interface Options {
  readonly orders: number;
  readonly seed: number;
  readonly faults: number;
}

const options = tool(
  'prove:order',
  'Runs the suite with its test files in other orders, and compares the verdicts.',
)
  .option('--orders <n>', 'how many', wholeNumber, 4)
  .option('--seed <n>', 'which ones', wholeNumber, 1)
  .option('--faults <n>', 'how many faults, each alone', wholeFrom(0), 4)
  .parse()
  .opts<Options>();

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-order-'));
const subjects: readonly Subject[] = [
  asItIs,
  asItIsInLatest,
  ...sample(faults, options.faults, options.seed).map(expectationOfFault),
];

function differencesOf(before: Judgement, after: Judgement | undefined): string[] {
  const now = new Map(after?.verdict?.outcomes.map(({ id, outcome }) => [id, outcome]));
  return (before.verdict?.outcomes ?? [])
    .filter(({ id, outcome }) => now.get(id) !== outcome)
    .map(({ id, outcome }) => `${before.subject.name}: ${id}: ${outcome}, then ${now.get(id) ?? 'nothing'}`);
}

let failed = 0;
try {
  const before = await judge(subjects, join(folder, 'as-it-is'), { jobs: 2 });
  for (let seed = options.seed; seed < options.seed + options.orders; seed += 1) {
    const build = join(folder, `build-${seed}`);
    const order = shuffled(seed, build);
    const after = await judge(subjects, join(folder, `run-${seed}`), { jobs: 2, build });
    const differences = before.flatMap((each, at) => differencesOf(each, after[at]));
    if (before.some(({ verdict }) => verdict === undefined)) differences.push('A run gave no verdict.');
    if (differences.length > 0) failed += 1;
    console.log(
      `${differences.length === 0 ? 'ok   ' : 'WRONG'} order ${seed}, from ${order[0]} to ${order.at(-1)}`,
    );
    for (const line of differences) console.log(`        ${line}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${options.orders - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
