import { join } from 'node:path';
import { describe, type TestContext, test } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { Lease } from '../../src/journal/lease.js';
import {
  cli,
  filesBelow,
  folders,
  type StartedEmulator,
  start,
  startEmulator,
  temporaryFolder,
} from '../cli/suite.js';

const few = ['--grep', 'mfa-config/get-*'];
const inUse = new RegExp(`is in use by .* \\(pid ${process.pid}\\) since`);

interface Used {
  readonly folder: string;
  readonly emulator: StartedEmulator;
  readonly lease: Lease;
}

/** An emulator that this process has the lease of. */
async function used(onEnd: TestContext['onTestFinished']): Promise<Used> {
  const folder = temporaryFolder(onEnd);
  const emulator = await startEmulator(folder, [], onEnd);
  const options = { wait: false, tell: () => {}, env: {} };
  const lease = await Lease.take(join(folder, 'state'), emulator.baseUrl, options);
  if (!(lease instanceof Lease)) throw new Error(`In use by ${lease.holder}`);
  onEnd(() => lease.release());
  return { folder, emulator, lease };
}

describe.concurrent('while another run uses the target', () => {
  test('a run sends nothing, reports nothing, and names who it is', async ({ expect, onTestFinished }) => {
    const { folder, emulator } = await used(onTestFinished);

    const ended = await cli(
      ['run', '-t', emulator.targetFile, ...few, ...folders(folder)],
      {},
      onTestFinished,
    );

    expect(ended.code, ended.stderr).toBe(3);
    expect(ended.stderr).toMatch(inUse);
    expect(ended.stderr).toContain('--wait');
    expect(ended.stdout).toBe('');
    // Only what was planned: a merge is to miss it.
    const written = [...filesBelow(folder).keys()].filter((name) => name.startsWith('out'));
    expect(written).toEqual([join('out', 'planned-1-of-1.json')]);
  });

  test('restore leaves its journal alone', async ({ expect, onTestFinished }) => {
    const { folder, emulator } = await used(onTestFinished);
    const journal = new Journal(join(folder, 'state'), emulator.baseUrl);
    journal.noteFound({ support: { enabled: false, mfaType: null, email: null } });
    const stateDir = ['--state-dir', join(folder, 'state')];

    const one = await cli(['restore', '-t', emulator.targetFile, ...stateDir], {}, onTestFinished);
    const list = await cli(['restore', ...stateDir], {}, onTestFinished);

    expect(one.code, one.stderr).toBe(4);
    expect(one.stderr).toMatch(inUse);
    expect(journal.read()).toBeDefined();
    expect(list.code).toBe(4);
    expect(list.stdout).toMatch(inUse);
  });

  test('run --wait has its turn when the other is done', async ({ expect, onTestFinished }) => {
    const { folder, emulator, lease } = await used(onTestFinished);

    const run = start(
      ['run', '-t', emulator.targetFile, '--wait', ...few, ...folders(folder)],
      {},
      onTestFinished,
    );
    await new Promise<void>((resolve) =>
      run.child.stderr?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('Waiting')) resolve();
      }),
    );
    lease.release();
    const ended = await run.ended;

    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toMatch(inUse);
    expect([...filesBelow(join(folder, 'state')).keys()]).toEqual([]);
  });
});

test('a journal that its run still holds open is not a leftover', async ({ expect, onTestFinished }) => {
  const { folder, emulator, lease } = await used(onTestFinished);
  const journal = new Journal(join(folder, 'state'), emulator.baseUrl);
  journal.noteFound({ support: { enabled: false, mfaType: null, email: null } });
  const args = ['run', '-t', emulator.targetFile, ...few, ...folders(folder)];

  const ended = await cli(args, {}, onTestFinished);
  const waiting = start([...args, '--wait'], {}, onTestFinished);
  await new Promise<void>((resolve) =>
    waiting.child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Waiting')) resolve();
    }),
  );
  journal.remove();
  lease.release();

  expect(ended.code, ended.stderr).toBe(3);
  expect(ended.stderr).toMatch(inUse);
  expect((await waiting.ended).code).toBe(0);
});
