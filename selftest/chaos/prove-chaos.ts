import { faults } from '../../emulator/faults/index.js';
import { mulberry32, pick } from '../detection/sample.js';
import { folderUntil, type OnEnd } from '../tool/processes.js';
import { tool, wholeNumber } from '../tool/tool.js';
import { type ChaosPlan, runThroughChaos } from './chaos.js';
import { mischiefs } from './chaos-proxy.js';

interface Options {
  readonly runs: number;
  readonly first: number;
  readonly jobs: number;
}

const { runs, first, jobs } = tool(
  'prove:chaos',
  'Runs through connections that are reset, cut, delayed, garbled, or swallowed.',
)
  .option('--runs <n>', 'how many', wholeNumber, 12)
  .option('--first <seed>', 'the seed of the first; each other has the next', wholeNumber, 1)
  .option('--jobs <n>', 'how many at a time', wholeNumber, 2)
  .parse()
  .opts<Options>();

/** One run in three has a faulty target; another one in three has only one kind of harm. */
function planOf(seed: number): ChaosPlan {
  const random = mulberry32(seed);
  const share = pick(random, [0.02, 0.1, 0.3, 0.6]);
  const [fault] = faults.slice(Math.floor(random() * faults.length));
  const only = pick(random, mischiefs);
  return {
    seed,
    share,
    ...(seed % 3 === 1 ? { mischiefs: [only] } : {}),
    ...(seed % 3 === 2 && fault !== undefined ? { fault } : {}),
  };
}

let wrong = 0;
const seeds = Array.from({ length: runs }, (_, index) => first + index);

async function work(): Promise<void> {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) await prove(planOf(seed));
}

async function prove(plan: ChaosPlan): Promise<void> {
  const ends: Parameters<OnEnd>[0][] = [];
  const onEnd: OnEnd = (end) => void ends.push(end);
  const what = `seed ${plan.seed}, ${plan.share} of the connections: ${plan.mischiefs?.join() ?? 'all kinds'}`;
  try {
    const run = await runThroughChaos(plan, folderUntil(onEnd, 'chaos'), onEnd);
    const { pass, fail, inconclusive } = run.verdict.summary;
    const took = (run.ended.durationMs / 1000).toFixed(0);
    const counts = `${pass} pass, ${fail} fail, ${inconclusive} inconclusive, exit ${run.ended.code}, ${took} s`;
    const target = plan.fault === undefined ? '' : `, fault ${plan.fault.id}`;
    console.log(`${run.problems.length === 0 ? 'ok    ' : 'WRONG '} ${what}${target}: ${counts}`);
    if (pass === 0) console.log(`         ${run.verdict.cause}`);
    for (const problem of run.problems) console.log(`         ${problem}`);
    if (run.problems.length > 0) wrong += 1;
  } catch (error) {
    wrong += 1;
    console.log(`WRONG  ${what}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

await Promise.all(Array.from({ length: jobs }, work));
console.log(`${runs - wrong} passed, ${wrong} failed`);
process.exitCode = wrong === 0 ? 0 : 1;
