import { join } from 'node:path';
import { test } from 'vitest';
import { performed } from '../cli/in-process.js';
import { temporaryFolder } from '../cli/suite.js';
import { endingOf, kinds, laneCounts } from './draw.js';
import { judge } from './ending.js';
import { phases } from './held-proxy.js';
import { startingStates } from './states.js';

/** The ending of `npm run prove:restore` that leaves most to restore, on two of the four targets. */
const seed = 1;
const { hits: onAll, ...ending } = endingOf(seed, kinds.indexOf('SIGKILL'), { short: true });
const short = { ...ending, hits: onAll.filter((_, at) => at % 2 === 0) };

test('the target is as it was found, and stays so after SIGKILL', async ({ expect, onTestFinished }) => {
  const folder = join(temporaryFolder(onTestFinished), 'ending');

  const { hits, open, problems } = await judge(short, folder, undefined, performed);

  expect(problems).toEqual([]);
  expect(hits).toBeGreaterThan(0);
  expect(open).toBeGreaterThan(0);
}, 900_000);

test('a seed names the same endings each time, of all kinds, in all starting states', ({ expect }) => {
  const endings = (from: number) => Array.from({ length: 50 }, (_, n) => endingOf(from, n));
  const hits = endings(3).flatMap((ending) => ending.hits);

  expect(endings(3)).toEqual(endings(3));
  expect(endings(3)).not.toEqual(endings(4));
  expect(new Set(endings(3).map(({ kind, lanes }) => `${kind} ${lanes}`)).size).toBe(
    kinds.length * laneCounts.length,
  );
  expect(new Set(hits.map(({ state }) => state.name)).size).toBe(startingStates.length);
  expect(new Set(hits.map(({ moment }) => moment.phase)).size).toBe(phases.length);
});
