import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { temporaryFolder } from '../cli/suite.js';
import { breaks, edited, hiddenBy } from './broken-builds.js';

const one = breaks.filter(({ is }) => is.startsWith('nothing is restored'));

test.for(one)('an ending shows that $is', async (build, { expect, onTestFinished }) => {
  expect(await hiddenBy(build, temporaryFolder(onTestFinished))).toEqual([]);
});

test.for(breaks)('the build can be broken so that $is', (build, { expect }) => {
  const text = readFileSync(join(packageRoot(), 'dist', build.file), 'utf8');

  expect(edited(build, text)).not.toBe(text);
});
