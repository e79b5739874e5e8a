// Needs /proc to find the processes of a run, and permission to mount for a full disk.
import { join } from 'node:path';
import { counted } from '../../src/base/words.js';
import { scratchFolder } from '../tool/processes.js';
import { tool, wholeFrom, wholeNumber } from '../tool/tool.js';
import { breaks, hiddenBy } from './broken-builds.js';
import { endingOf, hitsOfAnEnding } from './draw.js';
import { judge, possibleKinds } from './ending.js';

interface Options {
  readonly endings: number;
  readonly seed: number;
  readonly only?: number;
  readonly atOnce: number;
}

const { endings, seed, only, atOnce } = tool(
  'prove:restore',
  'Ends runs in all ways at random moments, and looks whether the targets are as they were found.',
)
  .option('--endings <n>', 'how many', wholeNumber, 200)
  .option('--seed <n>', 'which ones', wholeNumber, 1)
  .option('--only <n>', 'the run of this number alone', wholeFrom(0))
  .option('--at-once <n>', 'how many at a time', wholeNumber, 3)
  .parse()
  .opts<Options>();

const folder = scratchFolder('restore');
const kinds = possibleKinds(join(folder, 'probe'));
const todo =
  only === undefined ? Array.from({ length: Math.ceil(endings / hitsOfAnEnding) }, (_, n) => n) : [only];
/** Endings that went wrong once. They are tried once more: other work on the machine may have delayed them. */
const doubtful: number[] = [];
const tally = new Map<string, { all: number; right: number; hit: number; open: number }>();
const startedAt = Date.now();

async function take(from: number[], isLast: boolean): Promise<void> {
  for (let n = from.shift(); n !== undefined; n = from.shift()) {
    const ending = endingOf(seed, n, { from: kinds });
    const { hits, open, problems } = await judge(ending, join(folder, isLast ? `${n}-again` : String(n)));
    const name = `${n} ${ending.kind}, ${counted(ending.lanes, 'lane')}, ${ending.grep}`;
    if (problems.length > 0 && !isLast) {
      doubtful.push(n);
      tell('again ', name, problems);
      continue;
    }
    const line = tally.get(ending.kind) ?? { all: 0, right: 0, hit: 0, open: 0 };
    tally.set(ending.kind, line);
    line.all += ending.hits.length;
    if (problems.length === 0) line.right += ending.hits.length;
    line.hit += hits;
    line.open += open;
    tell(problems.length === 0 ? 'ok    ' : 'NOT OK', name, problems);
  }
}

function tell(result: string, name: string, problems: readonly string[]): void {
  console.log(`${result} ${name}`);
  for (const problem of problems) console.log(`       ${problem}`);
}

/** Runs an ending on each broken build. @returns the number of builds whose fault the ending didn't show */
async function tryBrokenBuilds(): Promise<number> {
  const isShown = breaks.map(async (build, n) => {
    const problems = await hiddenBy(build, join(folder, `broken-${n}`));
    tell(problems.length === 0 ? 'ok    ' : 'NOT OK', `shows a build where ${build.is}`, problems);
    return problems.length === 0;
  });
  return (await Promise.all(isShown)).filter((each) => !each).length;
}

await Promise.all(Array.from({ length: atOnce }, () => take(todo, false)));
await take(doubtful, true);
const unseen = only === undefined ? await tryBrokenBuilds() : 0;
const lines = [...tally].sort();
for (const [kind, { all, right, hit, open }] of lines)
  console.log(
    `${kind.padEnd(21)} right ${right} of ${all}; ${hit} hit at a change, ${open} left something to restore`,
  );
const all = lines.reduce((sum, [, line]) => sum + line.all, 0);
const right = lines.reduce((sum, [, line]) => sum + line.right, 0);
console.log(`right ${right} of ${all}; ${Math.round((Date.now() - startedAt) / 1000)} s`);
process.exitCode = right === all && all > 0 && unseen === 0 ? 0 : 1;
