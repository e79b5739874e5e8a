import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { renderPerformance } from './document.js';
import { readFigures } from './figures.js';

// Run by `npm run generate`: the figures are those that `npm run bench` measured last.
writeFileSync(join(packageRoot(), 'docs', 'performance.md'), renderPerformance(readFigures()));
