import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import { packageRoot } from '../../src/base/package-root.js';
import { loadOrder } from '../../src/contract/order/order.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { curvePicture } from '../order/curve.js';
import { detectionPage } from './document.js';
import { writeTurnsRed } from './turns-red.js';

// Run by `npm run generate`; `npm run prove` proves what the page says.
writeTurnsRed(faults, loadRequirements());
writeFileSync(join(packageRoot(), 'docs', 'detection.md'), detectionPage());
writeFileSync(join(packageRoot(), 'docs', 'found-by-time.svg'), curvePicture(loadOrder()));
