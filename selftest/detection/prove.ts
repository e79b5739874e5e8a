import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { tool, wholeNumber } from '../tool/tool.js';
import { combinations, takesLong } from './combinations.js';
import { freedomRows } from './freedoms.js';
import { Headings } from './headings.js';
import { type Judgement, judge } from './matrix.js';
import {
  asItIs,
  type Expectation,
  expectationOfFault,
  expectationOfRow,
  expectationOfVariant,
  neverRed,
  problemsOf,
} from './problems.js';
import { tryInRounds } from './rounds.js';
import { sample } from './sample.js';

interface Options {
  readonly alone?: true;
  readonly sample?: number;
  readonly seed: number;
  readonly freedoms?: true;
}

const command = tool(
  'prove',
  'Tries the suite on the emulator with each of its faults, and as targets that conform.',
)
  .argument('[id...]', 'parts of ids: only the faults and variants that have one of them')
  .option('--alone', 'each in an emulator of its own, not only where several say anything unexpected')
  .option('--sample <n>', 'so many faults only, no freedoms, and nothing that takes ten minutes', wholeNumber)
  .option('--seed <n>', 'which faults are drawn', wholeNumber, 1)
  .option('--freedoms', 'only targets that differ in what the contract leaves open')
  .parse();
const only = command.args;
const values = command.opts<Options>();
const sampled = values.sample;

/** So many emulators are tried in one run of the suite. */
const batchSize = 20;
/** So many such runs at a time: one writes its reports, in one process, while the other tries targets. */
const batchesAtOnce = 2;
// More than the cores that it is meant for: what is broken is waited for.
const options = { jobs: 3, mailTimeoutMs: 2000 };

const wanted = (expectation: Expectation) =>
  only.length === 0 ||
  only.some((part) =>
    [expectation.name, ...expectation.faults, ...expectation.variants].some((id) => id.includes(part)),
  );

const requirements = loadRequirements();
// An id asks for that variant: not for those that it is combined with.
const variantsAlone = values.alone === true || only.length > 0;
const conforming = [
  ...(values.freedoms ? [] : [asItIs]),
  ...(variantsAlone && !values.freedoms ? variants.map(({ id }) => expectationOfVariant(id)) : []),
  ...(only.length === 0 && !values.freedoms
    ? combinations
        .filter((ids) => sampled === undefined || !takesLong(ids))
        .map(([first, ...others]) => expectationOfVariant(first, ...others))
    : []),
  ...(sampled === undefined || values.freedoms ? freedomRows().map(expectationOfRow) : []),
].filter(wanted);
const drawn = values.freedoms ? [] : sampled === undefined ? faults : sample(faults, sampled, values.seed);
const broken = drawn.map(expectationOfFault).filter(wanted);

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-prove-'));
const startedAt = Date.now();
let passed = 0;
let failed = 0;
let runs = 0;
const headings = new Headings();
try {
  await judgeAll(conforming, (expectation, judgement) => noteOf(expectation, judgement, 'conforms'));
  if (values.alone) {
    await judgeAll(broken, (expectation, judgement) =>
      noteOf(expectation, judgement, `${expectation.fails.length} red`),
    );
  } else {
    await tryInRounds(broken, requirements, judgeAll, ({ fault, problems, beside }) =>
      note(fault.name, problems, `${fault.fails.length} red${beside > 0 ? `, beside ${beside} others` : ''}`),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (only.length === 0 && !values.freedoms) {
  const unproven = neverRed(faults, requirements).map((id) => `no fault turns it red: ${id}`);
  note('every requirement turns red for a fault', unproven, `${requirements.length} requirements`);
}
console.log(
  `took ${((Date.now() - startedAt) / 1000).toFixed(0)} s for ${runs} ${runs === 1 ? 'run' : 'runs'}`,
);
if (headings.faults > 0) console.log(headings.toString());
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function judgeAll(
  expectations: readonly Expectation[],
  take: (expectation: Expectation, judgement: Judgement) => void,
): Promise<void> {
  let at = 0;
  const judgeNext = async () => {
    while (at < expectations.length) {
      const batch = expectations.slice(at, at + batchSize);
      at += batchSize;
      const batchFolder = join(folder, String(runs));
      runs += batch.length;
      const judgements = await judge(batch, batchFolder, options);
      batch.forEach((expectation, index) => {
        const judgement = judgements[index];
        if (judgement === undefined) return;
        headings.take(expectation, judgement);
        take(expectation, judgement);
      });
      rmSync(batchFolder, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, judgeNext));
}

function noteOf(expectation: Expectation, judgement: Judgement, detail: string): void {
  note(expectation.name, problemsOf(judgement, expectation.fails, requirements), detail);
}

function note(name: string, problems: readonly string[], detail: string): void {
  if (problems.length === 0) passed += 1;
  else failed += 1;
  console.log(`${problems.length === 0 ? 'ok   ' : 'WRONG'} ${name.padEnd(60)} ${detail}`);
  for (const problem of problems) console.log(`        ${problem}`);
}
