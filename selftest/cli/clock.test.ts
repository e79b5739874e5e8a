import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { parse } from 'yaml';
import { listen } from './servers.js';
import { cli, folders, startEmulator, temporaryFolder, verdictOf, writeTarget } from './suite.js';

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

describe.concurrent('the clock of a target that is three minutes off, and can not be moved,', () => {
  const rightCode = 'totp-login/accepts-current-code';

  test('is read off its Date headers: codes fit, and the reports warn', async ({
    expect,
    onTestFinished,
  }) => {
    const folder = temporaryFolder(onTestFinished);
    const { targetFile } = await startEmulator(folder, ['--variant', 'clock-behind'], onTestFinished);
    const { clock: _, ...content } = Object(parse(readFileSync(targetFile, 'utf8')));
    const file = writeTarget(folder, { ...content, name: 'lab' });

    const ended = await cli(['run', '-t', file, '--grep', rightCode, ...folders(folder)], {}, onTestFinished);

    const { outcomes, facts, warnings } = verdictOf(folder);
    expect(outcomes.map(({ outcome, reason }) => [outcome, reason])).toEqual([['pass', '']]);
    expect(facts['clockOffsetMs']).toBe(-180_000);
    const warning = "the target's clock is 180 s behind this machine's";
    expect(warnings).toEqual([expect.stringContaining(warning)]);
    expect(ended.stdout).toContain(`WARNING   ${warning}`);
    expect(readFileSync(join(folder, 'out', 'lab', 'junit.xml'), 'utf8')).toContain('180 s behind');
  });

  test('is not known without them: a right code that is refused decides nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const folder = temporaryFolder(onTestFinished);
    const emulator = await startEmulator(folder, ['--variant', 'clock-behind'], onTestFinished);
    const { port } = await listen(withoutDate(emulator.baseUrl), onTestFinished);
    const { clock: _, ...content } = Object(parse(readFileSync(emulator.targetFile, 'utf8')));
    const target = { ...content, name: 'lab', baseUrl: `http://127.0.0.1:${port}/v2` };
    const file = writeTarget(folder, target);

    const ended = await cli(['run', '-t', file, '--grep', rightCode, ...folders(folder)], {}, onTestFinished);

    expect(ended.code).toBe(3);
    const { outcomes, facts, warnings } = verdictOf(folder);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['inconclusive']);
    expect(outcomes[0]?.reason).toMatch(/^The target's clock is not known.*\nwanted: a session/);
    expect(facts['clockOffsetMs']).toBeNull();
    expect(warnings).toEqual([expect.stringContaining("the target's clock is not known")]);
  });
});
