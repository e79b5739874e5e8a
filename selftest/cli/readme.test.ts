import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEmulator } from '../../emulator/emulator.js';
import { packageRoot } from '../../src/base/package-root.js';
import { start, temporaryFolder, writeTarget } from './suite.js';

const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');

test('the failure that README.md shows is what the suite prints', async () => {
  const emulator = await startEmulator({ faults: ['login/password-alone'] });
  try {
    const cwd = temporaryFolder();
    const target = writeTarget(cwd, { ...emulator.targetFile(), name: 'emulator' });
    const id = 'totp-login/refuses-password-alone';

    const { code, stdout } = await start(['run', '-t', target, '--grep', id, '--no-allure'], { cwd }).ended;

    expect(code).toBe(1);
    const failure = /^ {2}1\. [\s\S]*^ {5}reproduce: .*$/m.exec(stdout)?.[0] ?? stdout;
    expect(readme).toContain(`\n${failure}\n`);
    expect(stdout).toMatch(/^does not conform: 1 of \d+ must failed$/m);
  } finally {
    await emulator.close();
  }
});

test('the first run that README.md shows is what the suite prints', async () => {
  const shown = /ends like this:\n\n```\n([\s\S]*?)\n```/.exec(readme)?.[1]?.split('\n') ?? [];

  const { code, stdout } = await start(['run', '--no-allure'], { cwd: temporaryFolder() }).ended;

  expect(code).toBe(0);
  const printed = stdout.split('\n').map(lasting);
  const lines = shown.filter((line) => line !== '…' && !line.startsWith('[')).map(lasting);
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => !printed.includes(line))).toEqual([]);
});

test('README.md is read in minutes', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(201);
});

/** A line without what differs from run to run: times, ports, how much was written. */
function lasting(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|127\.0\.0\.1:\d+|(?<=sha256 )\w+|(?<=no secret in )\d+/g, '#')
    .replace(/took .*$/, 'took #');
}

test('the picture in it is there, and small', () => {
  const [, picture = ''] = /!\[[^\]]+\]\((docs\/[\w.-]+\.png)\)/.exec(readme) ?? [];

  expect(statSync(join(packageRoot(), picture)).size).toBeLessThan(150_000);
});
