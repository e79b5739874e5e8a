import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EmulatorOptions } from '../../emulator/emulator.js';
import { emulate } from '../emulator/tools.js';
import { proxyBefore } from '../tool/proxy.js';
import { emulated } from './emulated.js';
import { performed } from './in-process.js';
import { folders, temporaryFolder, verdictOf, writeTarget } from './suite.js';

const rightCode = 'totp-login/accepts-current-code';
const replay = 'totp-login/refuses-replay';

async function timeless(folder: string, name: string, options: EmulatorOptions): Promise<string> {
  const emulator = await emulate(options);
  const { clock: _, ...content } = emulator.targetFile();
  const baseUrl = await proxyBefore(emulator.baseUrl, async (request, pass) => {
    const answer = await pass(request);
    const { date: _, ...headers } = answer.headers;
    return { ...answer, headers };
  });
  return writeTarget(folder, { ...content, name, baseUrl }, `${name}.yaml`);
}

test('the clock of a target is three minutes off and can not be moved', async () => {
  const folder = temporaryFolder();
  const variants = ['clock-behind'];
  const files = [
    await emulated(folder, 'lab', { variants }, { clock: undefined }),
    await timeless(folder, 'timeless', { variants }),
    await timeless(folder, 'replaying', { faults: ['totp/replay-accepted'] }),
  ];
  const targets = files.flatMap((file) => ['-t', file]);
  const both = `${rightCode},${replay}`;

  const ended = await performed('run', ...targets, '--jobs', '3', '--grep', both, ...folders(folder));

  expect(ended.code, ended.stderr).toBe(1);
  const of = (name: string, wanted: string) => {
    const { outcome, reason } = verdictOf(folder, name).outcomes.find(({ id }) => id === wanted) ?? {};
    return { outcome, reason };
  };
  // The suite reads the clock from Date headers, so its codes are right. The reports warn.
  const read = verdictOf(folder);
  expect(of('lab', rightCode)).toEqual({ outcome: 'pass', reason: '' });
  expect(read.facts['clockOffsetMs']).toBe(-180_000);
  const warning = "the target's clock is 180 s behind this machine's";
  expect(read.warnings).toEqual([expect.stringContaining(warning)]);
  const report = (name: string) => readFileSync(join(folder, 'out', 'lab', name), 'utf8');
  expect(report('summary.txt')).toContain(`WARNING   ${warning}`);
  expect(report('junit.xml')).toContain('180 s behind');

  // Without Date headers the suite doesn't know the clock, so a refused right code proves nothing.
  const unread = verdictOf(folder, 'timeless');
  expect(unread.gate).toBe('inconclusive');
  expect(of('timeless', rightCode)).toEqual({
    outcome: 'inconclusive',
    reason: expect.stringMatching(/^The target's clock is not known.*\nexpected: a full session/),
  });
  expect(unread.facts['clockOffsetMs']).toBeNull();
  expect(unread.warnings).toEqual([expect.stringContaining("the target's clock is not known")]);
  // Even so, the suite reports a wrong code that the target accepts.
  expect(of('replaying', replay).outcome).toBe('fail');
});

test('codes that begin with 0 are tried although no step may be awaited', async () => {
  const folder = temporaryFolder();
  const files = [
    await emulated(folder, 'right', {}, { clock: undefined }),
    await emulated(folder, 'wrong', { faults: ['totp/leading-zeros-lost'] }, { clock: undefined }),
  ];
  const targets = files.flatMap((file) => ['-t', file]);

  await performed('run', ...targets, '--jobs', '2', '--grep', '*/accepts-leading-zero', ...folders(folder));

  const outcomesOf = (name: string) =>
    verdictOf(folder, name).outcomes.map(({ id, outcome }) => [id, outcome]);
  const ids = ['verify-totp/accepts-leading-zero', 'totp-login/accepts-leading-zero'];
  expect(outcomesOf('right').sort()).toEqual(ids.map((id) => [id, 'pass']).sort());
  expect(outcomesOf('wrong').sort()).toEqual(ids.map((id) => [id, 'fail']).sort());
});
