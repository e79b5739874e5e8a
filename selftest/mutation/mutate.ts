import { join } from 'node:path';
import { sample } from '../detection/sample.js';
import { scratchFolder } from '../tool/processes.js';
import { tool, wholeNumber } from '../tool/tool.js';
import { build } from './build.js';
import { type Baseline, Campaign } from './campaign.js';
import { durationsIn } from './coverage.js';
import { type Judgement, judgementFor, readJudged, stale } from './judged.js';
import { instrument, type Mutant } from './mutants.js';
import type { Notice } from './notice.js';
import { writeResult } from './result.js';
import { batchesOf, select } from './selection.js';

interface Options {
  readonly sample: number;
  readonly seed: number;
  readonly all?: true;
  readonly record?: true;
}

const command = tool('mutate', "Changes the emulator's code by machine, and names the unnoticed changes.")
  .argument('[file...]', 'parts of names: only the files that have one of them')
  .option('--sample <n>', 'how many changes', wholeNumber, 20)
  .option('--seed <n>', 'which ones', wholeNumber, 1)
  .option('--all', 'every change')
  .option('--record', 'keep the figures, of which docs/detection.md tells')
  .parse();
const positionals = command.args;
const values = command.opts<Options>();

/** One more than the cores, because some targets wait for mails that never come. */
const jobs = 3;
const batchSize = 24;
/** How many reference runs there are. If they differ in a result, this result of a mutant doesn't count. */
const references = 2;

const judged = readJudged();
const startedAt = Date.now();
const folder = scratchFolder('mutate');
await main();

async function main(): Promise<void> {
  const { files, mutants } = await instrument();
  const wanted = mutants.filter(
    ({ file }) => positionals.length === 0 || positionals.some((part) => file.includes(part)),
  );
  const some = values.all ? wanted : sample(wanted, values.sample, values.seed);
  const drawn = some.toSorted((a, b) => Number(a.id) - Number(b.id));
  console.log(`${drawn.length} of ${mutants.length} mutants${values.all ? '' : `, seed ${values.seed}`}`);
  const campaign = new Campaign(build(files, join(folder, 'build')), folder, jobs);
  const baseline = await campaign.baseline(references);
  const reached = drawn.filter(({ id }) => baseline.reach.has(id));
  console.log(`${drawn.length - reached.length} not reached  (${seconds()})`);

  const noticed = new Map<Mutant, Notice>();
  const durations = durationsIn(baseline.events);
  const { reach } = baseline;
  const tryAll = async (some: readonly Mutant[], requirements?: readonly string[]) => {
    for (let at = 0; at < some.length; at += batchSize)
      await tryBatch(some.slice(at, at + batchSize), { campaign, baseline, noticed }, requirements);
  };
  // A few requirements that reach a mutant notice most mutants, so they come first.
  const tested = reached.filter(({ id }) => (reach.get(id)?.size ?? 0) > 0);
  for (const batch of batchesOf(tested, reach, durations, { size: batchSize, times: 4 }))
    await tryAll(batch.mutants, batch.requirements);
  // The code of these, such as a table, runs only at the start. Few requirements together reach all others.
  const any = [...reach.keys()].map((id) => ({ id }));
  const untested = reached.filter((mutant) => !tested.includes(mutant));
  await tryAll(untested, select(any, reach, durations, 1));
  // Mutants with a judgement need only the few requirements above, the others need all requirements.
  const open = reached.filter((mutant) => judgementFor(mutant, judged, true) === undefined);
  await tryAll(open.filter((mutant) => !noticed.has(mutant)));
  report(drawn, baseline, noticed, mutants);
}

interface Trial {
  readonly campaign: Campaign;
  readonly baseline: Baseline;
  readonly noticed: Map<Mutant, Notice>;
}

async function tryBatch(
  mutants: readonly Mutant[],
  { campaign, baseline, noticed }: Trial,
  requirements?: readonly string[],
): Promise<void> {
  const notices = await campaign.judge(mutants, baseline, requirements);
  const seen = mutants.flatMap((mutant, at) => {
    const notice = notices[at];
    return notice === undefined ? [] : [{ mutant, notice }];
  });
  for (const { mutant, notice } of seen) {
    noticed.set(mutant, notice);
    console.log(`noticed  ${nameOf(mutant)}  ${notice.way} ${notice.by}`);
  }
  const tried = requirements === undefined ? 'all requirements' : `${requirements.length} requirements`;
  console.log(`${seen.length} of ${mutants.length} noticed by ${tried}  (${seconds()})`);
}

function report(
  drawn: readonly Mutant[],
  { reach }: Baseline,
  noticed: ReadonlyMap<Mutant, Notice>,
  all: readonly Mutant[],
): void {
  const survivors = drawn.filter((mutant) => !noticed.has(mutant));
  const judgements = new Map<Mutant, Judgement>();
  for (const mutant of survivors) {
    const judgement = judgementFor(mutant, judged, reach.has(mutant.id));
    if (judgement !== undefined) judgements.set(mutant, judgement);
    const is = judgement === undefined ? 'SURVIVED' : judgement.is;
    console.log(`${is}  ${nameOf(mutant)}${reach.has(mutant.id) ? '' : '  (not reached)'}`);
  }
  for (const pattern of stale(judged, all)) console.log(`STALE in judged.yaml: ${JSON.stringify(pattern)}`);
  const unjudged = survivors.length - judgements.size;
  const settled = drawn.length - unjudged;
  console.log(
    `${noticed.size} noticed, ${judgements.size} judged, ${unjudged} neither, of ${drawn.length}: ${((100 * settled) / drawn.length).toFixed(1)} %, took ${seconds()}`,
  );
  if (values.record) writeResult({ seed: values.seed, all: all.length, drawn, noticed, judgements });
  process.exitCode = unjudged === 0 ? 0 : 1;
}

function nameOf({ file, lineNumber, mutator, original, replacement }: Mutant): string {
  return `${file}:${lineNumber} ${mutator}  ${original}  ->  ${replacement}`;
}

function seconds(): string {
  return `${((Date.now() - startedAt) / 1000).toFixed(0)} s`;
}
