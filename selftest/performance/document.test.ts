import { expect, test } from 'vitest';
import { sourceAt } from '../structure/sources.js';
import { renderPerformance } from './document.js';
import { readFigures } from './figures.js';

test('docs/performance.md has the latest figures: npm run generate writes it', () => {
  expect(sourceAt('docs/performance.md').text).toBe(renderPerformance(readFigures()));
});

test('each profile was measured', () => {
  const bench = sourceAt('scripts/bench-profiles.mjs').text;
  const names = [...bench.matchAll(/^ {2}(\w+): \{/gm)].flatMap(([, name]) => name ?? []);

  expect(names.length).toBeGreaterThan(3);
  expect(readFigures().map(({ name }) => name)).toEqual(names);
});
