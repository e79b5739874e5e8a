import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { newerThanBuild } from '../../src/cli/stale-build.js';
import { temporaryFolder } from './suite.js';

function folder(files: Readonly<Record<string, number>>): string {
  const root = temporaryFolder();
  for (const [file, at] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
    utimesSync(join(root, file), at, at);
  }
  return root;
}

const sources = { 'src/deep/a.ts': 4, 'tests/b.spec.ts': 3 };
const checkout = { 'tsconfig.build.json': 9, 'dist/cli/main.js': 5, ...sources };
const [a, b] = [join('src', 'deep', 'a.ts'), join('tests', 'b.spec.ts')];

test.each([
  ['a build newer than all sources', checkout, undefined],
  ['a source changed since', { ...checkout, 'src/deep/a.ts': 6 }, a],
  ['the newest of several', { ...checkout, 'src/deep/a.ts': 6, 'tests/b.spec.ts': 7 }, b],
  ['a package, which has no build to make', { 'dist/cli/main.js': 5, 'src/a.ts': 6 }, undefined],
  ['a checkout that was never built', { 'tsconfig.build.json': 1, 'src/a.ts': 6 }, undefined],
])('%s', (_, files, expected) => {
  expect(newerThanBuild(folder(files))).toBe(expected);
});
