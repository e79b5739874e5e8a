import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import { packageRoot } from '../../src/base/package-root.js';
import { loadOrder } from '../../src/contract/order/order.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { curvePicture } from '../order/curve.js';
import { combinations } from './combinations.js';
import { detectionPage } from './document.js';
import { expectationOfVariant, neverRed } from './problems.js';
import { turnsRedFile, turnsRedText } from './turns-red.js';

const requirements = loadRequirements();

describe('docs/detection.md', () => {
  test('tells of all faults, variants and requirements: npm run generate writes it', () => {
    expect(readFileSync(join(packageRoot(), 'docs', 'detection.md'), 'utf8')).toBe(detectionPage());
    expect(readFileSync(join(packageRoot(), 'docs', 'found-by-time.svg'), 'utf8')).toBe(
      curvePicture(loadOrder()),
    );
  });

  test('uses a sorted record of what faults turn red, with known faults only', () => {
    expect(readFileSync(turnsRedFile, 'utf8')).toBe(turnsRedText(faults, requirements));
  });

  test('gives each combination its own name', () => {
    const names = combinations.map(([first, ...others]) => expectationOfVariant(first, ...others).name);

    expect(names.filter((name, at) => names.indexOf(name) < at)).toEqual([]);
  });

  test('has a fault for each requirement', () => {
    expect(neverRed(faults, requirements)).toEqual([]);
  });
});
