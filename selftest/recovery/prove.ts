// Kills the suite at random moments, and looks whether the target is as it was found afterwards.
//
//   npm run prove:restore -- [--runs 100] [--seed 1] [--only N] [--grep GLOB]
//
// Needs /proc, to tell when all processes of a killed run have ended.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Killed, Lane, type Signal } from './lane.js';
import { killOf } from './plan.js';
import { startingStates } from './states.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    grep: { type: 'string' },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed))
  throw new Error('--runs and --seed want whole numbers.');
const args = values.grep === undefined ? [] : ['--grep', values.grep];

/** The kills, and a tenth as many of each signal that can be heeded. */
const signals: readonly Signal[] = [
  ...Array.from({ length: runs }, () => 'SIGKILL' as const),
  ...Array.from({ length: Math.ceil(runs / 10) }, () => ['SIGINT', 'SIGTERM'] as const).flat(),
];
const todo = signals
  .map((signal, n) => ({ signal, n }))
  .filter(({ n }) => values.only === undefined || n === Number(values.only));

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-restore-'));
const tally = { ok: 0, all: 0, hits: 0, open: 0 };
const startedAt = Date.now();
try {
  // One emulator as it is, and one that differs where giving back may stumble.
  const odd = ['address-kept-after-disabling', 'put-read-after-300ms', 'connection-closed'];
  const [first] = startingStates;
  if (first === undefined) throw new Error('There are no starting states.');
  await Promise.all(
    [[], odd].map(async (variants, which) => {
      const lane = await Lane.open(join(folder, String(which)), variants);
      try {
        const requests = await lane.count(first, args);
        for (const { signal, n } of todo) {
          // By turns; of the states each comes to both in time, since their number is odd.
          if (n % 2 !== which) continue;
          const kill = killOf(seed, n, requests, signal);
          tell(n, `${signal}, ${kill.state.name}, ${kill.moment.phase}`, await lane.kill(kill, args));
        }
      } finally {
        lane.close();
      }
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}
const seconds = Math.round((Date.now() - startedAt) / 1000);
console.log(
  `as found in ${tally.ok} of ${tally.all}; ${tally.hits} hit while it ran, ${tally.open} left something to give back; ${seconds} s`,
);
process.exitCode = tally.ok === tally.all && tally.all > 0 ? 0 : 1;

function tell(n: number, what: string, { at, open, problems }: Killed): void {
  tally.all += 1;
  if (at !== '') tally.hits += 1;
  if (open) tally.open += 1;
  if (problems.length === 0) tally.ok += 1;
  console.log(
    `${problems.length === 0 ? 'ok    ' : 'NOT OK'} ${n} ${what}, ${at === '' ? 'ended before' : at}${open ? ', journal open' : ''}`,
  );
  for (const problem of problems) console.log(`       ${problem}`);
}
