import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { colourWanted } from '../../src/base/words.js';
import { addRun } from '../../src/cli/commands/run-command.js';
import { takeDefaults } from '../../src/cli/run-defaults.js';
import { messageOf } from '../target/files.js';
import { emulated } from './emulated.js';
import { cli, folders, temporaryFolder, verdictOf, writeTarget } from './suite.js';

function asked(defaults: unknown, ...flags: readonly string[]) {
  const folder = temporaryFolder();
  const whole = new Command('whole').option('--env-file <file>').option('--no-color');
  addRun(whole);
  const [run] = whole.commands;
  if (run === undefined) throw new Error('There is no run.');
  run.action(() => undefined);
  whole.hook('preAction', (_, command) => takeDefaults(command));
  const args = ['run', '-t', writeTarget(folder, { run: defaults }), ...flags];
  return { folder, whole, run, take: () => whole.parse(args, { from: 'user' }) };
}

describe('defaults of run in the target file', () => {
  test('flags of each kind, with paths relative to the file', () => {
    const { folder, whole, run, take } = asked({
      strict: true,
      seed: 7,
      mode: 'read-only',
      shard: '1/2',
      'no-allure': true,
      out: 'nights',
      sarif: '/tmp/x.sarif',
      contract: 'https://a.example/api.yaml',
      'env-file': 'secrets.env',
    });

    take();

    expect(run.opts()).toMatchObject({
      strict: true,
      seed: 7,
      mode: 'read-only',
      shard: { index: 1, count: 2 },
      allure: false,
      out: join(folder, 'nights'),
      sarif: '/tmp/x.sarif',
      contract: 'https://a.example/api.yaml',
    });
    expect(whole.opts()['envFile']).toBe(join(folder, 'secrets.env'));
  });

  test('the command line wins, -x too', () => {
    const { run, take } = asked({ seed: 7, 'max-failures': 5, strict: true }, '--seed', '8', '-x');

    take();

    expect(run.opts()).toMatchObject({ seed: 8, maxFailures: 1, strict: true });
  });

  test.each<[defaults: unknown, says: RegExp]>([
    [{ stritc: true }, /^\S+target\.yaml:2:3 run\.stritc: is no flag of run; did you mean strict\?$/],
    [{ xyzzy: 1 }, /run\.xyzzy: is no flag of run; run --help lists them$/],
    [{ target: 'b.yaml' }, /run\.target: is no flag of run/],
    [{ version: true }, /run\.version: is no flag of run/],
    [{ strict: 'yes' }, /run\.strict: must be true or false$/],
    [{ strict: null }, /run\.strict: must be true or false$/],
    [{ seed: 'x' }, /run\.seed: Expected a whole number of at least 0\.$/],
    [{ 'max-failures': 0 }, /run\.max-failures: Expected a whole number of at least 1\.$/],
    [{ seed: [1] }, /run\.seed: must be a text or a number$/],
    [{ mode: 'half' }, /run\.mode: Allowed choices are full, read-only\.$/],
    [[], /run: must be flags of run with values: strict: true$/],
    ['strict', /run: must be flags of run/],
  ])('%j is refused in one line', (defaults, says) => {
    const message = messageOf(asked(defaults).take);

    expect(message).toMatch(says);
    expect(message).not.toContain('\n');
  });

  test('two target files may not differ', () => {
    const folder = temporaryFolder();
    const other = writeTarget(folder, { run: { seed: 2 } }, 'b.yaml');

    const words = 'has another value in another target file. Give all target files of a run the same value.';
    expect(messageOf(asked({ seed: 1 }, '-t', other).take)).toContain(`b.yaml: run.seed ${words}`);
    expect(asked({ seed: 2 }, '-t', other).take).not.toThrow();
  });
});

test.for<[terminal: boolean, env: NodeJS.ProcessEnv, coloured: boolean]>([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('terminal %s with %j is coloured: %s', ([terminal, env, coloured]) => {
  expect(colourWanted(terminal, env)).toBe(coloured);
});

test('a run with defaults ends at the first failure and writes all reports', async () => {
  const folder = temporaryFolder();
  // The first fault breaks a requirement that is not selected, so it does not end the run.
  const file = await emulated(folder, 'lab', { faults: ['http/bom', 'status/put-mfa-config-200'] });
  const target = parse(readFileSync(file, 'utf8'));
  const { apiKey } = target.accounts.admin;
  target.accounts.admin.apiKey = '${LAB_KEY}';
  writeTarget(folder, target, 'lab.yaml');
  writeTarget(folder, { target: 'lab.yaml', grep: 'mfa-config/*' }, 'mfa-conformance.yaml');
  writeFileSync(join(folder, 'lab.env'), `LAB_KEY=${apiKey}\n`);

  const tools = ['--metrics', 'm.prom', '--attest', 'a.json', '--bundle', 'b.zip'];
  const args = ['run', '-x', '--verbose', '--env-file', 'lab.env', ...tools, ...folders(folder)];
  const { code, stdout, stderr } = await cli(args, { cwd: folder, env: { FORCE_COLOR: '1', NO_COLOR: '' } });

  expect(code, stderr).toBe(1);
  const { gate, cause, restored, outcomes } = verdictOf(folder);
  expect([gate, restored]).toEqual(['does not conform', true]);
  expect(cause).toBe('The run was cut short: 1 failure that gates reached --max-failures 1.');
  expect(outcomes.every(({ id }) => id.startsWith('mfa-config/'))).toBe(true);
  expect(outcomes.some(({ outcome }) => outcome === 'inconclusive')).toBe(true);
  expect(stderr).toMatch(/^lab mfa-config\/\S+ PUT \/v2\/mfa-config 200 \d+ ms$/m);
  expect(stderr).toMatch(/^lab GET \/v2\/mfa-config 200 \d+ ms$/m);
  expect(stdout).toContain('\u001b[1;31m');
  expect(readFileSync(join(folder, 'm.prom'), 'utf8')).toContain('verdict="does not conform"} 1');
  const { subject }: { subject: readonly { readonly name: string }[] } = JSON.parse(
    readFileSync(join(folder, 'a.json'), 'utf8'),
  );
  expect(subject.map(({ name }) => name)).toEqual(['lab/verdict.json', 'b.zip']);
});
