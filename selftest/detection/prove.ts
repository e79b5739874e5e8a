import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { counted } from '../../src/base/words.js';
import { loadRequirements, type Requirement } from '../../src/contract/requirements/catalogue.js';
import { type Shard, wholeRun } from '../../src/reports/many/shard.js';
import { scratchFolder } from '../tool/processes.js';
import { partOf, tool, wholeNumber } from '../tool/tool.js';
import { combinations, isQuick } from './combinations.js';
import { freedomRows } from './freedoms.js';
import { Headings, wantedShare } from './headings.js';
import { type Judgement, judge } from './matrix.js';
import {
  asItIs,
  asItIsInLatest,
  type Expectation,
  expectationOfFault,
  expectationOfRow,
  expectationOfVariant,
  neverRed,
  problemsInLanes,
  problemsOf,
} from './problems.js';
import { tryInRounds } from './rounds.js';
import { sample } from './sample.js';
import { writeTurnsRed } from './turns-red.js';

interface Options {
  readonly alone?: true;
  readonly sample?: number;
  readonly seed: number;
  readonly whole: number;
  readonly shard: Shard;
  readonly freedoms?: true;
  readonly lanes?: number;
  readonly update?: true;
}

const command = tool('prove', 'Tries the suite on the emulator: with each fault, and as conforming targets.')
  .argument('[id...]', 'parts of ids: only the faults and variants that have one of them; / is all')
  .option('--alone', 'each in an emulator of its own, by all requirements')
  .option('--whole <n>', 'draw N faults that are tried by all requirements as well', wholeNumber, 40)
  .option(
    '--sample <n>',
    'N drawn faults and half as many combinations only, none that takes ten minutes',
    wholeNumber,
  )
  .option('--seed <n>', 'which faults are drawn', wholeNumber, 1)
  .option('--shard <i/n>', 'the i-th of n parts', partOf, wholeRun)
  .option('--freedoms', 'only targets that differ in what the contract leaves open')
  .option('--lanes <n>', 'tests in N lanes, with the real clock', wholeNumber)
  .option('--update', 'record what turns red, and what heads the reports: spec/turns-red.json')
  .parse();
const only = command.args.filter((part) => part !== '/');
const values = command.opts<Options>();
const sampled = values.sample;

/** How many emulators one run tests: with all requirements, or with few. */
const batchSize = { all: 20, few: 6 };
/** Two runs at a time: while one writes its reports, the other tests targets. */
const batchesAtOnce = 2;
/** How many random requirements a run tests besides those that must turn red. */
const besides = 25;
// There are more jobs than cores, because broken targets make tests wait.
const options = { jobs: 3, mailTimeoutMs: 2000, ...(values.lanes && { lanes: values.lanes }) };

const wanted = (expectation: Expectation) =>
  only.length === 0 ||
  only.some((part) =>
    [expectation.name, ...expectation.faults, ...expectation.variants].some((id) => id.includes(part)),
  );
const { index: part, count: parts } = values.shard;
const isOfPart = (_: unknown, at: number) => at % parts === part - 1;

const requirements = loadRequirements();
// An id selects variants one by one, not the combinations that contain them.
const variantsAlone = values.alone === true || only.length > 0;
const tried =
  sampled === undefined
    ? combinations
    : sample(combinations.filter(isQuick), Math.ceil(sampled / 2), values.seed);
const conforming = [
  ...(values.freedoms ? [] : [asItIs, asItIsInLatest]),
  ...(variantsAlone && !values.freedoms ? variants.map(({ id }) => expectationOfVariant(id)) : []),
  ...(only.length === 0 && !values.freedoms
    ? tried.map(([first, ...others]) => expectationOfVariant(first, ...others))
    : []),
  ...(sampled === undefined || values.freedoms ? freedomRows().map(expectationOfRow) : []),
]
  .filter(wanted)
  .filter(isOfPart);
const drawn = values.freedoms ? [] : sampled === undefined ? faults : sample(faults, sampled, values.seed);
const broken = drawn
  .map(expectationOfFault)
  .filter(wanted)
  .filter(isOfPart)
  .filter((fault) => breaksOf(fault).length > 0);
/** Faults are first tried with few requirements. One that the user names may be new: it is tried with all. */
const isInParts = only.length === 0 && !values.alone;
const inParts = isInParts ? broken : [];
const whole = isInParts ? sample(broken, values.whole, values.seed) : broken;

const folder = scratchFolder('prove');
const startedAt = Date.now();
let passed = 0;
let failed = 0;
let runs = 0;
/** Targets that were judged wrongly once. They are tried once more: other work may have delayed the run. */
const doubtful: { readonly expectation: Expectation; readonly detail: string }[] = [];
const headings = new Headings();
const red = new Map<string, readonly string[]>();
await judgeAll(conforming, undefined, (expectation, judgement) =>
  consider(expectation, problemsIn(judgement, expectation), 'conforms'),
);
await tryFaults(inParts, true);
await tryFaults(whole, false);
await tryDoubtful();
if (only.length === 0 && sampled === undefined && !values.freedoms && values.lanes === undefined) {
  const unproven = neverRed(faults, requirements).map((id) => `no fault turns it red: ${id}`);
  note('every requirement turns red for a fault', unproven, `${requirements.length} requirements`);
  const share = headings.shareOf(faults);
  const few = share < wantedShare ? [`${share.toFixed(1)} %, wanted: ${wantedShare}`] : [];
  note('reports begin with what a fault breaks', few, `${share.toFixed(1)} % of ${faults.length} faults`);
}
if (values.update) {
  const updated = faults.map((fault) => ({ ...fault, fails: red.get(fault.id) ?? fault.fails }));
  writeTurnsRed(updated, requirements, headings.heads);
}
console.log(`took ${((Date.now() - startedAt) / 1000).toFixed(0)} s for ${counted(runs, 'run')}`);
if (headings.count > 0) console.log(headings.toString());
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function tryFaults(all: readonly Expectation[], isPart: boolean): Promise<void> {
  const detail = ({ fails }: Expectation, beside: number) =>
    `${fails.length} red${isPart ? ' of those asked for' : ''}${beside > 0 ? `, beside ${beside} others` : ''}`;
  const asked = (batch: readonly Expectation[]) => {
    const others = sample(requirements, besides, runs).map(({ id }) => id);
    return [...new Set([...batch.flatMap(({ fails }) => fails), ...others])];
  };
  if (values.lanes !== undefined) {
    await judgeAll(all, isPart ? asked : undefined, (expectation, judgement) =>
      consider(expectation, problemsIn(judgement, expectation), breaksOf(expectation).join(', ')),
    );
    return;
  }
  if (values.alone) {
    await judgeAll(all, undefined, (expectation, judgement) => {
      heed(expectation, judgement, true);
      consider(expectation, problemsIn(judgement, expectation), detail(expectation, 0));
    });
    return;
  }
  await tryInRounds(
    all,
    requirements,
    (subjects, take, isLast) => judgeAll(subjects, isPart && !isLast ? asked : undefined, take),
    ({ fault, problems, beside, judgement }) => {
      heed(fault, judgement, beside === 0 && (!isPart || problems.length > 0));
      consider(fault, problems, detail(fault, beside));
    },
    isPart,
  );
}

async function tryDoubtful(): Promise<void> {
  const expectations = doubtful.map(({ expectation }) => expectation);
  await judgeAll(expectations, undefined, (expectation, judgement) => {
    heed(expectation, judgement, true);
    const detail = doubtful.find((each) => each.expectation === expectation)?.detail ?? '';
    note(expectation.name, problemsIn(judgement, expectation), `${detail}, at the second try`);
  });
}

/** Lists what a fault breaks. Lanes use the real clock, so runs with lanes leave out what needs a long wait. */
function breaksOf({ faults: [id] }: Expectation): readonly string[] {
  const breaks = faults.find((fault) => fault.id === id)?.breaks ?? [];
  const isDecided = ({ needs }: Requirement) => values.lanes === undefined || !needs.includes('longWait');
  return requirements.filter((each) => breaks.includes(each.id) && isDecided(each)).map((each) => each.id);
}

function problemsIn(judgement: Judgement, expectation: Expectation): string[] {
  return values.lanes === undefined || expectation.faults.length === 0
    ? problemsOf(judgement, expectation.fails, requirements)
    : problemsInLanes(judgement, breaksOf(expectation));
}

function heed({ faults: [id] }: Expectation, judgement: Judgement, isAlone: boolean): void {
  const fault = faults.find((each) => each.id === id);
  if (fault === undefined) return;
  headings.take(fault, judgement);
  if (isAlone) red.set(fault.id, judgement.red);
}

async function judgeAll(
  expectations: readonly Expectation[],
  asked: ((batch: readonly Expectation[]) => readonly string[]) | undefined,
  take: (expectation: Expectation, judgement: Judgement) => void,
): Promise<void> {
  let at = 0;
  const judgeNext = async () => {
    while (at < expectations.length) {
      const batch = expectations.slice(at, at + (asked === undefined ? batchSize.all : batchSize.few));
      at += batch.length;
      const batchFolder = join(folder, String(runs));
      runs += batch.length;
      const judgements = await judge(batch, batchFolder, { ...options, only: asked?.(batch) ?? [] });
      batch.forEach((expectation, index) => {
        const judgement = judgements[index];
        if (judgement !== undefined) take(expectation, judgement);
      });
      rmSync(batchFolder, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, judgeNext));
}

/** Notes the result, unless a second try decides. With --update, differences are accepted. */
function consider(expectation: Expectation, problems: readonly string[], detail: string): void {
  if (problems.length === 0 || values.update) {
    note(expectation.name, problems, detail);
    return;
  }
  // A fault that is tried in parts and as a whole may be in doubt twice.
  if (!doubtful.some((each) => each.expectation === expectation)) doubtful.push({ expectation, detail });
  tell('again', expectation.name, problems, detail);
}

function note(name: string, problems: readonly string[], detail: string): void {
  if (problems.length === 0) passed += 1;
  else failed += 1;
  tell(problems.length === 0 ? 'ok' : 'WRONG', name, problems, detail);
}

function tell(result: string, name: string, problems: readonly string[], detail: string): void {
  console.log(`${result.padEnd(5)} ${name.padEnd(60)} ${detail}`);
  for (const problem of problems) console.log(`        ${problem}`);
}
