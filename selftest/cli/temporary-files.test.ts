import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePrivateFolder } from '../../src/base/private-folder.js';
import { stateOf, until } from '../recovery/observe.js';
import { emulator } from './emulated.js';
import { cli, filesBelow, folders, start, temporaryFolder, verdictOf } from './suite.js';

test('a run whose reader leaves reaches its verdict, with its temporary files in a private folder', async () => {
  const folder = temporaryFolder();
  const shared = join(folder, 'shared');
  mkdirSync(shared);
  const target = await emulator(folder);
  const found = await stateOf(target);

  const args = ['run', '-t', target.targetFile, '--grep', 'totp-login/refuses-junk', ...folders(folder)];
  const run = start(args, { env: { TMPDIR: shared } });
  await until(async () => (await stateOf(target)).cluster.enabled);
  run.child.stdout?.destroy();
  run.child.stderr?.destroy();
  const seen = new Set<string>();
  while (run.child.exitCode === null) {
    for (const name of readdirSync(shared)) seen.add(name);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  expect((await run.ended).code).toBe(0);
  expect(verdictOf(folder, 'emulator')).toMatchObject({ gate: 'conforms', restored: true });
  expect(filesBelow(join(folder, 'out')).get(join('emulator', 'summary.txt'))).toContain('no secret in');
  expect(await stateOf(target)).toEqual(found);
  expect([...seen]).toEqual([expect.stringMatching(/^mfa-conformance-run-\w{6}$/)]);
  expect(readdirSync(shared)).toEqual([]);
  expect(statSync(join(folder, 'out', 'emulator')).mode & 0o777).toBe(0o700);
});

test('the next run removes only the files of killed runs', async () => {
  const folder = temporaryFolder();
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const left = (name: string, owner?: string) => {
    const path = join(folder, `mfa-conformance-${name}`);
    mkdirSync(path);
    if (owner !== undefined) writeFileSync(join(path, 'owner'), owner);
    return path;
  };
  const killed = left('run-killed', `${hostname()} ${gone}`);
  const nameless = left('run-nameless');
  utimesSync(nameless, 0, 0);
  const others = [
    left('run-alive', `${hostname()} ${process.pid}`),
    left('run-elsewhere', `another-host ${gone}`),
    left('run-new'),
    left('other', `${hostname()} ${gone}`),
  ];

  const ended = await cli(['run', '--plan', ...folders(folder)], { env: { TMPDIR: folder } });

  expect(ended.code, ended.stderr).toBe(0);
  expect([killed, nameless].filter((path) => existsSync(path))).toEqual([]);
  expect(others.filter((path) => !existsSync(path))).toEqual([]);
});

test('however many private folders a process makes, it listens for its end once', () => {
  const made = [makePrivateFolder(), makePrivateFolder()];
  const { length: before } = process.listeners('exit');
  made.push(makePrivateFolder());

  expect(made.every((folder) => existsSync(folder))).toBe(true);
  expect(new Set(made).size).toBe(3);
  expect(process.listeners('exit').length).toBe(before);
});
