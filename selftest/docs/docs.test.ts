import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { asPrinted, blocksOf, lasting } from './console.js';
import { scenes, wholeRuns } from './scenes.js';
import { Stage } from './stage.js';

// The tests share a stage, so that two whole runs of the suite serve all pages.
const ends: (() => unknown)[] = [];
const stage = new Stage((end) => ends.push(end));
beforeAll(() => wholeRuns(stage), 1_800_000);
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

test.each(Object.entries(scenes))('%s shows what its commands print', async (page, played) => {
  const blocks = blocksOf(readFileSync(join(packageRoot(), page), 'utf8'));
  expect(blocks).toHaveLength(played.length);

  for (const [index, block] of blocks.entries()) {
    const printed = (await played[index]?.(stage, block)) ?? '';

    const lines = asPrinted(block, printed).map((line) =>
      line === undefined ? 'not printed' : lasting(line),
    );
    expect(lines, printed).toEqual(block.lines.map(lasting));
  }
});

const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');

test('README.md is read in minutes', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(201);
});

test('the picture in it is there, and small', () => {
  const [, picture = ''] = /!\[[^\]]+\]\((docs\/[\w.-]+\.png)\)/.exec(readme) ?? [];

  expect(statSync(join(packageRoot(), picture)).size).toBeLessThan(150_000);
});
