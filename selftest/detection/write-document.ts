import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { packageRoot } from '../../src/base/package-root.js';
import { loadOrder } from '../../src/contract/order/order.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { readResult } from '../mutation/result.js';
import { curvePicture } from '../order/curve.js';
import { combinations } from './combinations.js';
import { renderDetection } from './document.js';
import { flawClasses } from './flaw-classes.js';
import { freedomRows, freedoms } from './freedoms.js';
import { recordedHeads, writeTurnsRed } from './turns-red.js';

// Run by `npm run generate`; `npm run prove` proves what the page says.
const requirements = loadRequirements();
writeTurnsRed(faults, requirements);
const page = renderDetection({
  faults,
  variants,
  combinations,
  requirements,
  flawClasses,
  freedoms: freedoms(),
  rows: freedomRows(),
  mutation: readResult(),
  order: loadOrder(),
  astray: [...recordedHeads.keys()],
});
writeFileSync(join(packageRoot(), 'docs', 'detection.md'), page);
writeFileSync(join(packageRoot(), 'docs', 'found-by-time.svg'), curvePicture(loadOrder()));
