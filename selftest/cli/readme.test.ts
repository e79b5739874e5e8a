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
    const failure = /^ {2}1\. [\s\S]*^ {5}again: .*$/m.exec(stdout)?.[0] ?? stdout;
    expect(readme).toContain(`\n${failure}\n`);
    expect(stdout).toMatch(/^does not conform: 1 of \d+ must failed$/m);
  } finally {
    await emulator.close();
  }
});

test('the picture in it is there, and small', () => {
  const [, picture = ''] = /!\[[^\]]+\]\((docs\/[\w.-]+\.png)\)/.exec(readme) ?? [];

  expect(statSync(join(packageRoot(), picture)).size).toBeLessThan(150_000);
});
