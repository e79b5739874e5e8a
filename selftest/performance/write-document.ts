import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { renderPerformance } from './document.js';
import { readFigures } from './figures.js';

// `npm run generate` runs this. The figures are those that `npm run bench` measured last.
writeFileSync(join(packageRoot(), 'docs', 'performance.md'), renderPerformance(readFigures()));
