import { join } from 'node:path';
import { describe, test } from 'vitest';
import { performed } from '../cli/in-process.js';
import { temporaryFolder } from '../cli/suite.js';
import { endingOf, hitsOfAnEnding, type Kind, kinds, laneCounts } from './draw.js';
import { judge, possibleKinds } from './ending.js';
import { phases } from './held-proxy.js';
import { startingStates } from './states.js';

/**
 * Two endings of `npm run prove:restore`, each on two of the four targets. These endings leave most to restore, and no
 * other self-test has them.
 */
const seed = 1;
const chosen: readonly Kind[] = ['SIGKILL', 'disk full'];
const short = (n: number) => {
  const ending = endingOf(seed, n, { short: true });
  return { ...ending, hits: ending.hits.filter((_, at) => (at + n) % 2 === 0) };
};

describe.concurrent('the target is as it was found, and stays so', () => {
  test.for(chosen)('after %s', async (kind, context) => {
    const { expect, onTestFinished, skip } = context;
    const folder = temporaryFolder(onTestFinished);
    skip(!possibleKinds(join(folder, 'probe')).includes(kind), 'no disk can be mounted here');

    const ending = short(kinds.indexOf(kind));
    const { hits, open, problems } = await judge(ending, join(folder, 'ending'), undefined, performed);

    expect(problems).toEqual([]);
    expect(hits).toBeGreaterThan(0);
    if (kind === 'SIGKILL') expect(open).toBeGreaterThan(0);
  });
}, 900_000);

test('a seed names the same endings each time, of all kinds, in all starting states', ({ expect }) => {
  const endings = (from: number) => Array.from({ length: 50 }, (_, n) => endingOf(from, n));
  const hits = endings(3).flatMap((ending) => ending.hits);
  const tried = chosen.map((kind) => short(kinds.indexOf(kind)));
  const targets = tried.map(({ hits: few }) => few.map(({ name }) => name));

  expect(endings(3)).toEqual(endings(3));
  expect(endings(3)).not.toEqual(endings(4));
  expect(new Set(endings(3).map(({ kind, lanes }) => `${kind} ${lanes}`)).size).toBe(
    kinds.length * laneCounts.length,
  );
  expect(new Set(hits.map(({ state }) => state.name)).size).toBe(startingStates.length);
  expect(new Set(hits.map(({ moment }) => moment.phase)).size).toBe(phases.length);
  // The endings that npm test runs cover all targets, mostly at a moment during tests.
  for (const names of targets) expect(new Set(names).size).toBe(hitsOfAnEnding / 2);
  expect(new Set(targets.flat()).size).toBe(hitsOfAnEnding);
  expect(tried.some(({ inTests }) => inTests)).toBe(true);
  expect(tried.every(({ inTests }) => inTests)).toBe(false);
});
