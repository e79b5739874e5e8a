import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { loadRequirements, requirementById } from '../../src/contract/requirements/catalogue.js';
import { sourcesIn } from './sources.js';

interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs?: readonly { readonly tests: readonly Listed[] }[];
}

interface Listed {
  readonly annotations: readonly { readonly type: string; readonly description: string }[];
}

const listed = await list();

test('each test covers one requirement, and each requirement is covered by one test', () => {
  const covered = listed.map((covers) => covers.join());
  const known = loadRequirements().map(({ id }) => id);

  expect(covered.sort()).toEqual(known.sort());
});

test('nothing follows the tests that leave accounts locked', () => {
  const locks = (covers: readonly string[]) =>
    covers.some((id) => requirementById(id).needs.includes('lockOut'));
  const after = listed.slice(listed.findIndex(locks)).filter((each) => !locks(each));

  expect(after.flat()).toEqual(['email-otp/sending-is-limited', 'support-email/sending-is-limited']);
});

const files = sourcesIn('cli', 'src', 'fixtures', 'tests', 'emulator');

test('the sources: keep every file within 400 lines', () => {
  const written = files.filter(({ text }) => !text.startsWith('// Generated'));
  const long = written.filter(({ text }) => text.split('\n').length > 400);

  expect(long.map(({ path }) => path)).toEqual([]);
});

test('the sources: keep nothing of a run for the next run of the process', () => {
  const keeping = sourcesIn('tests').filter(({ text }) =>
    /^let |^const \w+(?:: .*)? = (?:new (?:Map|Set)\b.*\(\)|\[\]|\{\});$/m.test(text),
  );

  expect(keeping.map(({ path }) => path)).toEqual([]);
});

test('the sources: focus, skip or excuse no test', () => {
  const marked = sourcesIn('tests', 'selftest').filter(({ text }) =>
    /\b(?:test|it|describe)\.(?:\w+\.)*(?:only|skip|fixme|fail|fails|todo)\b/.test(text),
  );

  expect(marked.map(({ path }) => path)).toEqual([]);
});

async function list(): Promise<string[][]> {
  const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const config = join(packageRoot(), 'dist', 'playwright.config.js');
  const args = [cli, 'test', '-c', config, '--list', '--reporter=json'];
  const env = { ...process.env, MFA_TARGET: 'not-read-for-this.yaml' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 64 * 1024 * 1024 });
  return coversIn(JSON.parse(stdout));
}

function coversIn({ suites = [], specs = [] }: Suite): string[][] {
  const own = specs.flatMap(({ tests }) =>
    tests.map(({ annotations }) =>
      annotations.filter(({ type }) => type === 'requirement').map(({ description }) => description),
    ),
  );
  return [...suites.flatMap(coversIn), ...own];
}
