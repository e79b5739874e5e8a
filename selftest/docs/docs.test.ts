import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { testPages } from './pages.js';
import { scenes } from './scenes.js';

testPages(scenes);

const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');

test('README.md has at most 200 lines', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(201);
});

test('the picture in README.md exists and is small', () => {
  const [, picture = ''] = /!\[[^\]]+\]\((docs\/[\w.-]+\.png)\)/.exec(readme) ?? [];

  expect(statSync(join(packageRoot(), picture)).size).toBeLessThan(150_000);
});
