import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { readHistory } from '../../src/reports/history/history.js';
import { emulator } from './emulated.js';
import { performed, ranHere } from './in-process.js';
import { folders, temporaryFolder, verdictOf } from './suite.js';

const area = 'access/get-mfa-config-refuses';

test('a failure gates until it is known or waived, and each run is remembered', async () => {
  const folder = temporaryFolder();
  const faults = ['access/get-mfa-config-anonymous', 'access/get-mfa-config-wrong-key'];
  const { targetFile } = await emulator(folder, onTestFinished, { faults });
  const page = join(folder, 'step-summary.md');
  const run = (...flags: string[]) =>
    ranHere(
      ['run', '-t', targetFile, ...folders(folder), '--mode', 'read-only', '--grep', `${area}-*`, ...flags],
      { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page },
    );

  const first = await run();

  expect(first.code).toBe(1);
  const [before = '', after = ''] = first.stdout.split(/^::[0-9a-f-]{36}::$/m);
  expect(before).toMatch(/^::stop-commands::[0-9a-f-]{36}\n/);
  const atContract = /^::error file=[^,\n]*7\.1\.2_u3\.yaml,line=\d+,title=emulator%3A access\//gm;
  expect(after.match(atContract)).toHaveLength(2);
  expect(readFileSync(page, 'utf8')).toContain(`**\`${area}-anonymous\`**`);

  const waivers = join(folder, 'waivers.yaml');
  const entry = { reason: 'known', owner: 'Ana', issue: 'https://i.example/1', expires: '2126-12-31' };
  const entries = ['anonymous', 'wrong-token'].map((end) => ({ requirement: `${area}-${end}`, ...entry }));
  writeFileSync(waivers, stringify({ waivers: entries }));
  const flags = ['--waivers', waivers, '--waiver-problems', 'warn', '--baseline', join(folder, 'out')];
  const second = await run(...flags, '-x');

  // One failure is waived and one is in the baseline, so -x ends nothing. The needless waiver causes only a warning.
  expect(second.code).toBe(0);
  expect(second.stdout).not.toContain('::error');
  expect(second.stdout).toContain(`   - ${area}-anonymous is waived now.`);
  const verdict = verdictOf(folder, 'emulator');
  expect(verdict.summary).toMatchObject({ pass: 1, fail: 1, waived: 1 });
  const knownFailures = [`${area}-wrong-key`];
  expect(verdict.gating).toMatchObject({ policy: 'new', result: 'pass', knownFailures });
  expect(verdict.waivers?.map(({ state }) => state)).toEqual(['in use', 'no longer needed']);

  const { runs } = readHistory(join(folder, 'out', 'history.jsonl'));
  expect(runs.map(({ outcomes }) => outcomes.get(`${area}-anonymous`)?.outcome)).toEqual(['fail', 'waived']);
  const trend = await performed('trend', '--out', join(folder, 'out'));
  const verdicts = ['--verdict', join(folder, 'out', 'emulator')];
  const pruned = await performed('waivers', 'prune', waivers, ...verdicts);
  expect(trend.stdout).toContain(`  - ${area}-anonymous is waived now.`);
  expect(pruned.stdout).toContain(`taken out: ${area}-wrong-token (line 7)`);
  expect(readFileSync(waivers, 'utf8')).toBe(stringify({ waivers: entries.slice(0, 1) }));
});
