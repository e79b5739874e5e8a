import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sample } from '../detection/sample.js';
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

const command = tool(
  'mutate',
  "Changes the emulator's code by machine, and says which changes the suite didn't notice.",
)
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
/** The number of reference runs; their differences never count against a mutant. */
const references = 2;

const judged = readJudged();
const startedAt = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-mutate-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const { files, mutants } = await instrument();
  const wanted = mutants.filter(
    ({ file }) => positionals.length === 0 || positionals.some((part) => file.includes(part)),
  );
  const any = values.all ? wanted : sample(wanted, values.sample, values.seed);
  const drawn = any.toSorted((a, b) => Number(a.id) - Number(b.id));
  console.log(`${drawn.length} of ${mutants.length} mutants${values.all ? '' : `, seed ${values.seed}`}`);
  const campaign = new Campaign(build(files, join(folder, 'build')), folder, jobs);
  const baseline = await campaign.baseline(references);
  const reached = drawn.filter(({ id }) => baseline.reach.has(id));
  console.log(`${drawn.length - reached.length} not reached  (${seconds()})`);

  const noticed = new Map<Mutant, Notice>();
  await tryWithFew(reached, baseline, campaign, noticed);
  // Judged mutants need fewer requirements.
  const left = reached.filter(
    (mutant) => !noticed.has(mutant) && judgementFor(mutant, judged, true) === undefined,
  );
  await tryWithAll(left, baseline, campaign, noticed);
  report(drawn, baseline, noticed, mutants);
}

/**
 * A few requirements notice most mutants: those that reach them, and some others for code that runs only at the start,
 * such as tables.
 */
async function tryWithFew(
  mutants: readonly Mutant[],
  baseline: Baseline,
  campaign: Campaign,
  noticed: Map<Mutant, Notice>,
): Promise<void> {
  const durations = durationsIn(baseline.events);
  const { reach } = baseline;
  const tested = mutants.filter(({ id }) => (reach.get(id)?.size ?? 0) > 0);
  for (const batch of batchesOf(tested, reach, durations, { size: batchSize, times: 4 }))
    await tryBatch(batch.mutants, baseline, campaign, noticed, batch.requirements);
  const early = mutants.filter((mutant) => !tested.includes(mutant));
  const broad = select(
    [...reach.keys()].map((id) => ({ id })),
    reach,
    durations,
    1,
  );
  for (let at = 0; at < early.length; at += batchSize)
    await tryBatch(early.slice(at, at + batchSize), baseline, campaign, noticed, broad);
}

async function tryWithAll(
  mutants: readonly Mutant[],
  baseline: Baseline,
  campaign: Campaign,
  noticed: Map<Mutant, Notice>,
): Promise<void> {
  for (let at = 0; at < mutants.length; at += batchSize)
    await tryBatch(mutants.slice(at, at + batchSize), baseline, campaign, noticed);
}

async function tryBatch(
  mutants: readonly Mutant[],
  baseline: Baseline,
  campaign: Campaign,
  noticed: Map<Mutant, Notice>,
  requirements?: readonly string[],
): Promise<void> {
  const notices = await campaign.judge(mutants, baseline, requirements);
  let count = 0;
  mutants.forEach((mutant, at) => {
    const notice = notices[at];
    if (notice === undefined) return;
    count += 1;
    noticed.set(mutant, notice);
    console.log(`noticed  ${nameOf(mutant)}  ${notice.way} ${notice.by}`);
  });
  const tried = requirements === undefined ? 'all requirements' : `${requirements.length} requirements`;
  console.log(`${count} of ${mutants.length} noticed by ${tried}  (${seconds()})`);
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
