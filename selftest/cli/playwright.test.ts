import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { printedOn } from '../tool/processes.js';

const { MFA_TARGET: _, ...env } = process.env;
const options = { cwd: packageRoot(), env: { ...env, NO_COLOR: '1', FORCE_COLOR: '0' } };
const playwright = ['node_modules/@playwright/test/cli.js', 'test'];

test('npx playwright test --list names every requirement without a target', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...playwright, '--list'], options);

  expect(stdout).toContain(`Total: ${loadRequirements().length} tests`);
  expect(stdout.match(/ › [\w/-]+\.spec\.[jt]s:\d+:\d+ › /g)?.length).toBe(loadRequirements().length);
});

test('npx playwright test starts the emulator if no target is named', async () => {
  const only = ['--grep', 'mfa-config/get-answers-200'];
  const { stderr } = await promisify(execFile)(process.execPath, [...playwright, ...only], options);

  expect(stderr).toMatch(/^\[1\/1, .*mfa-config: 1 pass$/m);
});

test('npx playwright test --ui serves its page without a target', async () => {
  const args = [...playwright, '--ui-host', '127.0.0.1', '--ui-port', '0'];
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGINT'));
  const printed = printedOn(child.stdout);
  const page = () => /Listening on (http:\S+)/.exec(printed())?.[1];
  await expect.poll(page).toBeDefined();

  expect((await fetch(page() ?? '')).status).toBe(200);

  child.kill('SIGINT');
  await once(child, 'exit');
});
