import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { asPrinted, blocksOf, lasting } from './console.js';
import { type Scenes, wholeRuns } from './scenes.js';
import { Stage } from './stage.js';

export function testPages(scenes: Scenes): void {
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

      const lines = asPrinted(block, printed).map((line = 'not printed') => lasting(line));
      expect(lines, printed).toEqual(block.lines.map(lasting));
    }
  });
}
