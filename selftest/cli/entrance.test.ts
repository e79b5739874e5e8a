import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { startedAs } from '../../src/cli/terminal.js';
import { readVerdict } from '../../src/verdict/derive/read.js';
import { leave, verdictOn } from '../many/sample.js';
import { type Ended, program, spawned, temporaryFolder } from './suite.js';

function ending(isRead: boolean, first: string, ...args: readonly string[]): Promise<Ended> {
  const { child, ended } = spawned(first, args);
  if (!isRead) child.stdout?.destroy();
  return ended;
}

test.for(['18.20.8', '20.18.3'])('Node %s is refused in one line, with exit 2', async (version) => {
  const older = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const { code, stderr } = await ending(true, '--import', `data:text/javascript,${older}`, program, 'list');

  expect(stderr).toBe(`mfa-conformance needs Node 20.19 or later; this is Node ${version}.\n`);
  expect(code).toBe(2);
});

test.for(['list --json', 'faults', 'run --plan', '--help'])('%s succeeds without a reader', async (args) => {
  expect(await ending(false, program, ...args.split(' '))).toMatchObject({ code: 0, stderr: '' });
});

test.for<[script: string, env: NodeJS.ProcessEnv, name: string]>([
  ['dist/cli/main.js', {}, 'node dist/cli/main.js'],
  ['dist/cli/main.js', { npm_command: 'exec' }, 'node dist/cli/main.js'],
  ['node_modules/.bin/mfa-conformance', { npm_command: 'exec' }, 'npx mfa-conformance'],
  ['node_modules/.bin/mfa-conformance', {}, 'node_modules/.bin/mfa-conformance'],
  ['bin/mfa-conformance', { PATH: `/usr/bin:${resolve('bin')}` }, 'mfa-conformance'],
])('hints name %s with %j as %s', ([script, env, name]) => {
  expect(startedAs(resolve(script), env)).toBe(name);
});

function reports(...targets: readonly string[]): string {
  return leave(temporaryFolder(), ...targets.map((name) => verdictOn(name)));
}

test('a folder stands for its own verdict, for the only one in it, or for that of the target', () => {
  expect(readVerdict(join(reports('a'), 'a')).target.name).toBe('a');
  expect(readVerdict(reports('a')).target.name).toBe('a');
  expect(readVerdict(reports('a', 'b'), 'b').target.name).toBe('b');
});

test('a folder with several verdicts does not stand for one without a name', () => {
  expect(() => readVerdict(reports('a', 'b'), 'c')).toThrow(/holds verdicts of a, b: name the folder/);
  expect(() => readVerdict(reports())).toThrow(/verdict\.json: no such file/);
});
