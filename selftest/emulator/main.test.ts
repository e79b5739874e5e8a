import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { emulatorProgram, type Started, spawned, temporaryFolder } from '../cli/suite.js';
import { rows } from '../tool/rows.js';
import { emulate } from './tools.js';

const folder = temporaryFolder(afterAll);

const start = (flags: string): Started => spawned(emulatorProgram, flags.split(' '));

const firstLine = async ({ printed }: Started): Promise<string> => {
  await expect.poll(printed).toMatch(/\n/);
  return printed();
};

describe('the command', () => {
  test('prints in one line where it listens, and ends with SIGTERM', async () => {
    const emulator = start('--port 0');

    const line = await firstLine(emulator);
    emulator.child.kill('SIGTERM');

    expect(line).toMatch(
      /^emulator ready at http:\/\/127\.0\.0\.1:\d+\/v2 \(control http:\/\/127\.0\.0\.1:\d+, mail 127\.0\.0\.1:\d+\)\n$/,
    );
    expect((await emulator.ended).code).toBe(0);
  });

  test('prints it as JSON, and ends with its stdin', async () => {
    const flags = ['--port', '0', '--json', '--exit-on-stdin-end', '--smtp', '[::1]:2525'];
    const child = spawn(process.execPath, [emulatorProgram, ...flags]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'close');

    const [line] = await once(createInterface(child.stdout), 'line');
    const ready: unknown = JSON.parse(line);
    child.stdin.end();

    expect(ready).toEqual({
      baseUrl: expect.stringMatching(/^http:/),
      mail: '[::1]:2525',
      control: expect.stringMatching(/^http:/),
      pid: child.pid,
    });
    expect(await ended).toEqual([0, null]);
  });

  test('writes a target file that only its owner can read, and the authority beside it', async () => {
    const file = join(folder, 'lab.yaml');
    writeFileSync(file, 'old', { mode: 0o644 });

    await firstLine(start(`--port 0 --tls --release 7.0 --accounts 1 --write-target ${file}`));

    const listen = expect.stringMatching(/^127\.0\.0\.1:\d+$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(parse(readFileSync(file, 'utf8'))).toEqual({
      name: 'emulator',
      baseUrl: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\/v2$/),
      release: '7.0',
      tls: { ca: 'lab.yaml.ca.pem' },
      accounts: {
        admin: expect.objectContaining({ username: 'admin', domain: 'LOCAL', apiKey: expect.any(String) }),
        viewer: expect.not.objectContaining({ apiKey: expect.anything() }),
        other: expect.objectContaining({ username: 'bob', email: 'bob@lab.example' }),
        more: [expect.objectContaining({ email: 'more-1@lab.example', sid: expect.any(String) })],
      },
      supportUser: { email: 'support@lab.example' },
      mail: { kind: 'smtp', listen, timeoutMs: 10_000, quietMs: 200 },
      clock: { control: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/clock$/) },
      allow: {
        stateChanges: true,
        clusterMfa: true,
        replaceTotpOf: ['admin', 'viewer', 'other', 'more', 'supportUser'],
        lockOut: true,
        disposable: true,
      },
      limits: { requestTimeoutMs: 15_000, settleMs: 2_000 },
    });
    expect(readFileSync(join(folder, 'lab.yaml.ca.pem'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });

  test.each(rows`
    an unknown flag | --pot 1 | unknown option '--pot'
    an unknown release | --port 0 --release 8 | Unknown release "8". Known: 6.6.0d
    an unknown fault | --port 0 --fault http/bomb | Unknown fault "http/bomb". Near: http/bom
    an unknown variant | --port 0 --variant slo | Unknown variant "slo". Near: slow
    a bad port | --port 70000 | port number
    a bad number of accounts | --accounts two | number from 0 to 99
    a bad mail address | --smtp relay | HOST:PORT
    a foreign host | --port 0 --host 192.0.2.1 | 192.0.2.1 is not an address of this machine
    a target file nowhere | --port 0 --write-target /nowhere/x.yaml | can't be written
  `)('refuses %s in one line with exit 2', async (_what, flags, message) => {
    const { code, stderr } = await start(flags).ended;

    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  test('refuses a port in use', async () => {
    const { port } = new URL((await emulate()).baseUrl);

    const { code, stderr } = await start(`--port ${port}`).ended;

    expect(stderr).toBe(`error: Port ${port} of 127.0.0.1 is in use.\n`);
    expect(code).toBe(2);
  });
});
