import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { loadRequirements, requirementById } from '../../src/contract/requirements/catalogue.js';
import { sourcesIn } from './sources.js';

interface Listed {
  readonly title: string;
  readonly covers: readonly string[];
}

let listed: readonly Listed[] = [];

beforeAll(async () => {
  listed = await list();
});

test('each test covers one requirement, and each requirement is covered by one test', () => {
  const covered = listed.map(({ covers }) => covers.join());

  expect(covered.sort()).toEqual(
    loadRequirements()
      .map(({ id }) => id)
      .sort(),
  );
});

test('nothing follows the tests that leave accounts locked', () => {
  const locks = ({ covers }: Listed) => covers.some((id) => requirementById(id).needs.includes('lockOut'));
  const after = listed.slice(listed.findIndex(locks)).filter((each) => !locks(each));

  expect(after.flatMap(({ covers }) => covers)).toEqual([
    'email-otp/sending-is-limited',
    'support-email/sending-is-limited',
  ]);
});

describe('the sources', () => {
  const files = sourcesIn('cli', 'src', 'fixtures', 'tests', 'emulator');

  test('keep every file within 400 lines', () => {
    const written = files.filter(({ text }) => !text.startsWith('// Generated'));
    const long = written.filter(({ text }) => text.split('\n').length > 400);

    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('focus, skip or excuse no test', () => {
    const marked = sourcesIn('tests', 'selftest').filter(({ text }) =>
      /\b(?:test|it|describe)\.(?:\w+\.)*(?:only|skip|fixme|fail|fails|todo)\b/.test(text),
    );

    expect(marked.map(({ path }) => path)).toEqual([]);
  });
});

/** The tests that Playwright finds in the build. */
async function list(): Promise<Listed[]> {
  const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const config = join(packageRoot(), 'dist', 'playwright.config.js');
  const args = [cli, 'test', '-c', config, '--list', '--reporter=json'];
  const env = { ...process.env, MFA_TARGET: 'not-read-for-this.yaml' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 64 * 1024 * 1024 });
  return testsIn(JSON.parse(stdout));
}

/** The tests in Playwright's report: objects with a title and annotated runs. */
function testsIn(value: unknown): Listed[] {
  if (Array.isArray(value)) return value.flatMap(testsIn);
  if (typeof value !== 'object' || value === null) return [];
  if ('title' in value && 'tests' in value && Array.isArray(value.tests)) {
    return value.tests.map((each: unknown) => ({ title: String(value.title), covers: coveredBy(each) }));
  }
  return ['suites', 'specs'].flatMap((name) =>
    testsIn(Object.entries(value).find(([key]) => key === name)?.[1] ?? []),
  );
}

function coveredBy(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || !('annotations' in value)) return [];
  const { annotations } = value;
  if (!Array.isArray(annotations)) return [];
  return annotations
    .filter((each: { readonly type?: unknown }) => each.type === 'requirement')
    .map((each: { readonly description?: unknown }) => String(each.description));
}
