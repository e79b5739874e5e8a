import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { renderPerformance } from './document.js';
import { readFigures } from './figures.js';

test('docs/performance.md has the latest figures: npm run generate writes it', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'performance.md'), 'utf8');

  expect(page).toBe(renderPerformance(readFigures()));
});

test('each profile was measured', () => {
  const bench = readFileSync(join(packageRoot(), 'scripts', 'bench-profiles.mjs'), 'utf8');
  const names = [...bench.matchAll(/^ {2}(\w+): \{/gm)].flatMap(([, name]) => name ?? []);

  expect(names.length).toBeGreaterThan(3);
  expect(readFigures().map(({ name }) => name)).toEqual(names);
});
