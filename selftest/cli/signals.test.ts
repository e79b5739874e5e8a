import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { Signals } from '../../src/cli/signals.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { descendantsOf, isAlive, journalsIn, type State, stateOf, until } from '../recovery/observe.js';
import { write } from '../target/files.js';
import { emulator } from './emulated.js';
import { performed } from './in-process.js';
import { folders, type StartedEmulator, start, temporaryFolder, verdictOf } from './suite.js';

test.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s has exit code %i, except for usage errors and an unrestored state', (signal, code) => {
  const left: number[] = [];
  const signals = new Signals((ended) => left.push(ended));
  onTestFinished(() => signals.stopListening());
  const receive = () => process.listeners(signal).at(-1)?.(signal);
  receive();
  const stopped: string[] = [];
  signals.onSignal(() => stopped.push(signal));

  // No tests run yet, so the signal ends the process at once.
  expect(left).toEqual([code]);
  expect(stopped).toEqual([signal]);
  expect(signals.interrupted).toBe(`stopped by ${signal}`);
  expect([0, 1, 2, 3, 4].map((each) => signals.exitCode(each))).toEqual([code, code, 2, code, 4]);
  expect(signals.exitLine(code)).toContain(`stopped by ${signal}, with the state as it was found`);
});

describe.concurrent('a run that is stopped while the target is changed', () => {
  // One signal goes to a process; the others go to a run in this process, which is quicker.
  const signals = [
    { signal: 'SIGINT', code: 130, changed: 'cluster', begin: inOwnProcess },
    { signal: 'SIGTERM', code: 143, changed: 'support', begin: inThisProcess },
    { signal: 'SIGHUP', code: 129, changed: 'cluster', begin: inThisProcess },
  ] as const;

  test.for(signals)(
    'restores the state after $signal, and reports that it was cut short',
    async ({ signal, code, changed, begin }, { expect, onTestFinished }) => {
      const { folder, emulator, found, run } = await runUntilChanged(changed, onTestFinished, begin);

      run.kill(signal);
      const ended = await run.ended;

      expect(ended.code, ended.stderr).toBe(code);
      expect(ended.stderr).toContain(`${signal}: stopping`);
      expect(ended.stdout).toContain(`Exit code: ${code} (stopped by ${signal}`);
      const { gate, cause, restored } = verdictOf(folder, 'emulator');
      expect({ gate, restored }).toEqual({ gate: 'inconclusive', restored: true });
      expect(cause).toContain(`stopped by ${signal}`);
      expect(await stateOf(emulator)).toEqual(found);
      expect(journalsIn(join(folder, 'state'))).toEqual([]);
    },
  );

  test('ends at once after a second signal with a journal', async ({ expect, onTestFinished }) => {
    const { folder, emulator, found, run } = await runUntilChanged('cluster', onTestFinished, inOwnProcess);
    const all = descendantsOf(run.child.pid ?? 0);

    run.child.kill('SIGHUP');
    await until(() => run.printed().includes('SIGHUP: stopping'));
    run.child.kill('SIGINT');
    const ended = await run.ended;

    expect(ended.code, ended.stderr).toBe(4);
    expect(ended.stderr).not.toMatch(/^ +at /m);
    expect(ended.stdout).toContain(` restore -t ${emulator.targetFile}`);
    expect(ended.stdout).toContain('no secret in');
    expect(verdictOf(folder, 'emulator')).toMatchObject({ gate: 'inconclusive', restored: false });
    expect(all.filter(isAlive)).toEqual([]);
    const stateDir = ['--state-dir', join(folder, 'state')];
    const restored = await performed('restore', '-t', emulator.targetFile, ...stateDir);
    expect(restored.code, restored.stderr).toBe(0);
    expect(await stateOf(emulator)).toEqual(found);
  });

  test('restores the state if the process of the tests is killed', async ({ expect, onTestFinished }) => {
    const { folder, emulator, found, run } = await runUntilChanged('cluster', onTestFinished, inOwnProcess);
    const [playwright = 0, ...workers] = descendantsOf(run.child.pid ?? 0);

    process.kill(playwright, 'SIGKILL');
    const ended = await run.ended;

    expect(ended.code, ended.stderr).toBe(3);
    expect(ended.stderr).not.toMatch(/^ +at /m);
    expect(ended.stdout).toContain('no secret in');
    const { gate, cause, restored } = verdictOf(folder, 'emulator');
    expect({ gate, restored }).toEqual({ gate: 'inconclusive', restored: true });
    expect(cause).toContain('the process of the tests was ended by SIGKILL');
    expect(workers.length).toBeGreaterThan(0);
    expect(workers.filter(isAlive)).toEqual([]);
    expect(await stateOf(emulator)).toEqual(found);
  });
});

test('restore restores the state by the journal after SIGKILL', async ({ expect, onTestFinished }) => {
  // Without --quiet, the tests would end anyway when they print their progress.
  const quietly: typeof inOwnProcess = (args, onEnd) => inOwnProcess([...args, '--quiet'], onEnd);
  const { folder, emulator, found, run } = await runUntilChanged('cluster', onTestFinished, quietly);
  const all = [run.child.pid ?? 0, ...descendantsOf(run.child.pid ?? 0)];

  run.child.kill('SIGKILL');
  await run.ended;

  expect(all.length).toBeGreaterThan(2);
  await until(() => all.every((pid) => !isAlive(pid)));
  // The last test may have switched cluster MFA off, so switch it on again.
  await switchOn(emulator);
  const stateDir = ['--state-dir', join(folder, 'state')];
  const target = ['-t', emulator.targetFile];

  const merged = join(folder, 'merged');
  const report = ['report', '--from', join(folder, 'out'), '--out', merged];
  expect((await performed(...report)).code).toBe(4);
  const file = join(merged, 'emulator', 'verdict.json');
  const seen = parseVerdict(readFileSync(file, 'utf8'), file);
  expect(seen).toMatchObject({ gate: 'inconclusive', restored: false });
  expect(seen.cause).toContain('cut short: its process ended');
  expect(seen.summary.pass).toBeGreaterThan(0);
  // The tests ended with the command, so some never began.
  const leftOut = seen.outcomes.filter(({ reason }) => reason.startsWith('did not run'));
  expect(leftOut.length).toBeGreaterThan(0);

  const again = await performed('run', ...target, ...folders(folder));
  expect(again.code).toBe(2);
  expect(again.stderr).toContain(` restore -t ${emulator.targetFile}`);

  const open = await performed('restore', ...stateDir);
  expect(open.code).toBe(4);
  expect(open.stdout).toContain(emulator.baseUrl);

  const late = await performed('restore', '-t', withoutClock(folder, emulator), ...stateDir);
  expect(late.code).toBe(4);
  expect(late.stderr).toContain('Not restored: The clock control');

  const restored = await performed('restore', ...target, ...stateDir);
  expect(restored.code, restored.stderr).toBe(0);
  expect(await stateOf(emulator)).toEqual(found);

  const none = await performed('restore', ...stateDir);
  expect(none.code).toBe(0);
  expect(none.stdout).toContain('No open journals');
});

const changing = { cluster: 'mfa-config/get-*,totp-login/*', support: 'mfa-config/get-*,support-email/*' };

type OnEnd = TestContext['onTestFinished'];

function inOwnProcess(args: readonly string[], onEnd: OnEnd) {
  const run = start(args, {}, onEnd);
  return { ...run, kill: (signal: NodeJS.Signals): void => void run.child.kill(signal) };
}

function inThisProcess(args: readonly string[]) {
  const kill = (signal: NodeJS.Signals): void => void process.listeners(signal).at(-1)?.(signal);
  return { ended: performed(...args), kill };
}

type Begin<Run> = (args: readonly string[], onEnd: OnEnd) => Run;
async function runUntilChanged<Run>(what: keyof State, onEnd: OnEnd, begin: Begin<Run>) {
  const folder = temporaryFolder(onEnd);
  const target = await emulator(folder, onEnd);
  const found = await stateOf(target);
  const args = ['run', '-t', target.targetFile, '--grep', changing[what], ...folders(folder)];
  const run = begin(args, onEnd);
  await until(async () => (await stateOf(target))[what].enabled);
  return { folder, emulator: target, found, run };
}

function withoutClock(folder: string, { targetFile, control }: StartedEmulator): string {
  const content = readFileSync(targetFile, 'utf8').replace(control, 'http://127.0.0.1:1');
  return write(folder, 'no-clock.yaml', content, 0o600);
}

async function switchOn({ baseUrl, targetFile }: StartedEmulator): Promise<void> {
  const apiKey = /apiKey: "?([^"\n]+)/.exec(readFileSync(targetFile, 'utf8'))?.[1] ?? '';
  const { status } = await fetch(`${baseUrl}/mfa-config`, {
    method: 'PUT',
    headers: { apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ enabled: true, authenticationTypes: ['totp'], retainUserMfaSettings: false }),
  });
  if (status !== 204) throw new Error(`PUT /mfa-config was answered ${status}.`);
}
