import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../emulator/emulator.js';
import { emulated } from './emulated.js';
import { listen } from './servers.js';
import { cli, folders, temporaryFolder, verdictOf, writeTarget } from './suite.js';

/** Passes everything on, but tells no time. */
function withoutDate(target: string): http.Server {
  const { hostname, port } = new URL(target);
  return http.createServer((request, response) => {
    const { method, url, headers } = request;
    const forward = http.request({ hostname, port, method, path: url, headers }, (answer) => {
      response.sendDate = false;
      const { date: _, ...rest } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, rest);
      answer.pipe(response);
    });
    forward.once('error', () => response.destroy());
    request.pipe(forward);
  });
}

const rightCode = 'totp-login/accepts-current-code';

test('the clock of a target that is three minutes off, and can not be moved', async () => {
  const folder = temporaryFolder();
  const variants = ['clock-behind'];
  const emulator = await startEmulator({ variants });
  onTestFinished(() => emulator.close());
  const { port } = await listen(withoutDate(emulator.baseUrl));
  const { clock: _, ...content } = emulator.targetFile();
  const timeless = { ...content, name: 'timeless', baseUrl: `http://127.0.0.1:${port}/v2` };
  const files = [
    await emulated(folder, 'lab', { variants }, { clock: undefined }),
    writeTarget(folder, timeless, 'timeless.yaml'),
  ];
  const targets = files.flatMap((file) => ['-t', file]);

  const ended = await cli(['run', ...targets, '--jobs', '2', '--grep', rightCode, ...folders(folder)]);

  expect(ended.code, ended.stderr).toBe(3);
  // It is read off the Date headers: codes fit, and the reports warn.
  const read = verdictOf(folder);
  expect(read.outcomes.map(({ outcome, reason }) => [outcome, reason])).toEqual([['pass', '']]);
  expect(read.facts['clockOffsetMs']).toBe(-180_000);
  const warning = "the target's clock is 180 s behind this machine's";
  expect(read.warnings).toEqual([expect.stringContaining(warning)]);
  const report = (name: string) => readFileSync(join(folder, 'out', 'lab', name), 'utf8');
  expect(report('summary.txt')).toContain(`WARNING   ${warning}`);
  expect(report('junit.xml')).toContain('180 s behind');

  // It is not known without them: a right code that is refused decides nothing.
  const unread = verdictOf(folder, 'timeless');
  expect(unread.gate).toBe('inconclusive');
  expect(unread.outcomes.map(({ outcome }) => outcome)).toEqual(['inconclusive']);
  expect(unread.outcomes[0]?.reason).toMatch(/^The target's clock is not known.*\nexpected: a session/);
  expect(unread.facts['clockOffsetMs']).toBeNull();
  expect(unread.warnings).toEqual([expect.stringContaining("the target's clock is not known")]);
});

test('that a code was taken which must be refused is told without knowing the clock', async () => {
  const folder = temporaryFolder();
  const emulator = await startEmulator({ faults: ['totp/replay-accepted'] });
  onTestFinished(() => emulator.close());
  const { port } = await listen(withoutDate(emulator.baseUrl));
  const { clock: _, ...content } = emulator.targetFile();
  const file = writeTarget(folder, { ...content, name: 'timeless', baseUrl: `http://127.0.0.1:${port}/v2` });

  const ended = await cli(['run', '-t', file, '--grep', 'totp-login/refuses-replay', ...folders(folder)]);

  expect(ended.code, ended.stderr).toBe(1);
  expect(verdictOf(folder, 'timeless').outcomes.map(({ outcome }) => outcome)).toEqual(['fail']);
});
