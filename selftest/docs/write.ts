import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import share from '../tool/shared-folder.js';
import { asPrinted, blocksOf } from './console.js';
import { scenes, scenesOfMoreRuns } from './scenes.js';
import { Stage } from './stage.js';

// Run by `npm run generate -- docs [PAGE …]`: runs the commands of pages and writes their output into them.
const only = process.argv.slice(2);
const ends: (() => void | Promise<void>)[] = [share()];
const stage = new Stage((end) => ends.push(end));
try {
  for (const [page, played] of Object.entries({ ...scenes, ...scenesOfMoreRuns })) {
    if (only.length > 0 && !only.includes(page)) continue;
    const file = join(packageRoot(), page);
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const [index, block] of blocksOf(lines.join('\n')).entries()) {
      const printed = (await played[index]?.(stage, block)) ?? '';
      asPrinted(block, printed).forEach((line, offset) => {
        if (line === undefined) process.stderr.write(`${page}:${block.at + offset + 1}: not printed\n`);
        else lines[block.at + offset] = line;
      });
    }
    writeFileSync(file, lines.join('\n'));
  }
} finally {
  for (const end of ends.reverse()) await end();
}
