// Ends runs in all ways, at random moments at which something is changed, and looks whether the targets are as they
// were found: at the end, and ten seconds later.
//
//   npm run prove:restore -- [--endings 200] [--seed 1] [--only N] [--at-once 3]
//
// Needs /proc, to find the processes of a run; and a mount that is allowed, to fill a disk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endingOf, hitsOfAnEnding } from './draw.js';
import { judge, possibleKinds } from './ending.js';

const { values } = parseArgs({
  options: {
    endings: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'at-once': { type: 'string', default: '3' },
  },
});
const [endings, seed, atOnce] = [Number(values.endings), Number(values.seed), Number(values['at-once'])];
if (![endings, seed, atOnce].every(Number.isSafeInteger) || endings < 1 || atOnce < 1)
  throw new Error('--endings, --seed and --at-once want whole numbers.');

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-restore-'));
const kinds = possibleKinds(join(folder, 'probe'));
const todo =
  values.only === undefined
    ? Array.from({ length: Math.ceil(endings / hitsOfAnEnding) }, (_, n) => n)
    : [Number(values.only)];
const tally = new Map<string, { all: number; right: number; hit: number; open: number }>();
const startedAt = Date.now();

async function take(): Promise<void> {
  for (let n = todo.shift(); n !== undefined; n = todo.shift()) {
    const ending = endingOf(seed, n, { from: kinds });
    const { hits, open, problems } = await judge(ending, join(folder, String(n)));
    const line = tally.get(ending.kind) ?? { all: 0, right: 0, hit: 0, open: 0 };
    tally.set(ending.kind, line);
    line.all += ending.hits.length;
    if (problems.length === 0) line.right += ending.hits.length;
    line.hit += hits;
    line.open += open;
    console.log(`${problems.length === 0 ? 'ok    ' : 'NOT OK'} ${n} ${ending.kind}, ${ending.grep}`);
    for (const problem of problems) console.log(`       ${problem}`);
  }
}

try {
  await Promise.all(Array.from({ length: atOnce }, take));
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}
const lines = [...tally].sort();
for (const [kind, { all, right, hit, open }] of lines)
  console.log(
    `${kind.padEnd(21)} right ${right} of ${all}; ${hit} hit at a change, ${open} left something to restore`,
  );
const all = lines.reduce((sum, [, line]) => sum + line.all, 0);
const right = lines.reduce((sum, [, line]) => sum + line.right, 0);
console.log(`right ${right} of ${all}; ${Math.round((Date.now() - startedAt) / 1000)} s`);
process.exitCode = right === all && all > 0 ? 0 : 1;
