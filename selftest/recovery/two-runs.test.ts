import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { Journal } from '../../src/target/journal/journal.js';
import { emulator } from '../cli/emulated.js';
import { performed } from '../cli/in-process.js';
import { filesBelow, folders, start, temporaryFolder } from '../cli/suite.js';

// The runs in this process load the same module. Another copy would take a lease with this process's pid for that of a
// former process.
const built = join(packageRoot(), 'dist', 'src', 'target', 'journal', 'lease.js');
const { Lease }: typeof import('../../src/target/journal/lease.js') = await import(built);

const few = ['--grep', 'mfa-config/get-*'];
const options = { wait: false, tell: () => {}, env: {} };
const inUse = new RegExp(`is in use by .* \\(pid ${process.pid}\\) since`);

async function used() {
  const folder = temporaryFolder();
  const target = await emulator(folder);
  const lease = await Lease.take(join(folder, 'state'), target.baseUrl, options);
  if (!(lease instanceof Lease)) throw new Error(`In use by ${lease.holder}`);
  onTestFinished(() => lease.release());
  return { folder, emulator: target, lease };
}

test('a run leaves a target that another run uses, and its journal, alone', async () => {
  const { folder, emulator, lease } = await used();
  const args = ['run', '-t', emulator.targetFile, ...few, ...folders(folder)];

  const refused = await performed(...args);

  expect(refused.code, refused.stderr).toBe(3);
  expect(refused.stderr).toMatch(inUse);
  expect(refused.stderr).toContain('--wait');
  expect(refused.stdout).toBe('');
  // The run writes only its plan, so that a merge reports the target as missing.
  const written = [...filesBelow(folder).keys()].filter((name) => name.startsWith('out'));
  expect(written).toEqual([join('out', 'planned-1-of-1.json')]);

  // The journal belongs to another run, which still goes on.
  const journal = new Journal(join(folder, 'state'), emulator.baseUrl);
  journal.noteFound({ support: { enabled: false, mfaType: null, email: null } });
  const stateDir = ['--state-dir', join(folder, 'state')];
  const [again, one, list] = await Promise.all([
    performed(...args),
    performed('restore', '-t', emulator.targetFile, ...stateDir),
    performed('restore', ...stateDir),
  ]);

  expect(again.code, again.stderr).toBe(3);
  expect(again.stderr).toMatch(inUse);
  expect(one.code, one.stderr).toBe(4);
  expect(one.stderr).toMatch(inUse);
  expect(list.code).toBe(4);
  expect(list.stdout).toMatch(inUse);
  expect(journal.read()).toBeDefined();

  // With --wait, a run starts when the other has ended.
  const waiting = start([...args, '--wait']);
  await expect.poll(waiting.printed).toContain('Waiting');
  journal.remove();
  lease.release();
  const ended = await waiting.ended;

  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toMatch(inUse);
  expect([...filesBelow(join(folder, 'state')).keys()]).toEqual([]);
});

test('a run does not write into a folder of reports that another run uses', async () => {
  const folder = temporaryFolder();
  const { targetFile } = await emulator(folder);
  const own = join(folder, 'out', 'emulator');
  mkdirSync(own, { recursive: true });
  const other = await Lease.takeFolder(own, options);
  const run = () => performed('run', '-t', targetFile, ...few, ...folders(folder), '--quiet');

  const refused = await run();

  const inTheWay = /^emulator: \S+emulator is written to by .* Nothing was sent; choose another --out\.$/m;
  expect(refused.stderr).toMatch(inTheWay);
  expect([refused.code, existsSync(join(own, 'verdict.json'))]).toEqual([3, false]);

  if (other instanceof Lease) other.release();
  expect((await run()).code).toBe(0);
  expect(existsSync(join(own, 'lease.json'))).toBe(false);
});
