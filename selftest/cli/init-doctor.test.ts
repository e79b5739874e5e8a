import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { newTarget } from '../../src/cli/commands/init-command.js';
import { lastFailedOf } from '../../src/cli/commands/run-command.js';
import { idPattern, tagPattern } from '../../src/contract/requirements/catalogue.js';
import { emulate } from '../emulator/tools.js';
import { leave } from '../many/sample.js';
import { sample } from '../report/sample.js';
import { performed } from './in-process.js';
import { temporaryFolder, writeTarget } from './suite.js';

const flags = '--base-url https://10.2.0.7/v2 --name lab-7 --viewer eve --mail-domain lab.example'.split(' ');

/** The reach of a target file that allows nothing. */
const few = /^25 of \d+ MUST requirements would be checked\.\n +\d+ with allow\.stateChanges\n/m;

test('init: writes a target file that only its owner can read, and no secret', async () => {
  const file = join(temporaryFolder(), 'lab.yaml');

  const { code, stdout } = await performed('init', file, ...flags);

  const text = readFileSync(file, 'utf8');
  expect(code).toBe(0);
  expect(stdout).toContain('ADMIN_PW, ADMIN_KEY, VIEWER_PW');
  expect(stdout).toMatch(few);
  expect(text).toMatch(/^# yaml-language-server: \$schema=\S+target\.schema\.json\n/);
  expect(parse(text)).toMatchObject({ name: 'lab-7', release: '7.1.2_u3', allow: { stateChanges: false } });
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('init asks for the allowed actions and explains each key', async () => {
  const questions: string[] = [];
  const answers = ['9.9', '7.4', 'yes', 'perhaps', 'no', 'y', '', ''];
  const lines = {
    question: async (text: string) => {
      questions.push(text);
      return answers.shift() ?? '';
    },
  };
  const accounts = { admin: 'a', key: true, viewer: 'v', other: '' };
  const given = { baseUrl: 'https://h/v2', name: 'h', ca: '', ...accounts, mailDomain: '', mailListen: '' };

  const { text, reach } = await newTarget(given, lines);

  expect(answers).toEqual([]);
  expect(questions.slice(0, 2)).toEqual(Array(2).fill('Its release, or auto [7.1.2_u3]: '));
  const cost = (key: string) =>
    Number(questions.find((each) => each.includes(`allow.${key} `))?.match(/ (\d+) of \d+ MUST req/)?.[1]);
  expect(cost('stateChanges')).toBeLessThan(40);
  expect(cost('clusterMfa')).toBeGreaterThan(cost('stateChanges'));
  expect(parse(text)).toMatchObject({
    release: '7.4',
    allow: { stateChanges: true, replaceTotpOf: ['admin', 'viewer', 'supportUser'] },
  });
  expect(text).not.toContain('clusterMfa');
  expect(reach[0]).toMatch(/^\d+ of \d+ MUST requirements would be checked\.$/);
  expect(reach.join('\n')).toMatch(/\d+ with allow\.clusterMfa\n/);
});

test.each([
  ['--allow', 'stateChanges,everything', /There is no key everything of allow; there are stateChanges, /],
  ['--allow', 'clusterMfa', /clusterMfa needs stateChanges as well/],
  ['--release', '9.9', /There is no such release; there are 6\.6\.0d, /],
])('init refuses %s %s in one line without writing', async (flag, value, words) => {
  const file = join(temporaryFolder(), 'lab.yaml');

  const { code, stderr } = await performed('init', file, ...flags, flag, value);

  expect([code, existsSync(file)]).toEqual([2, false]);
  expect(stderr.split('\n')[0]).toMatch(words);
});

test('init: overwrites nothing', async () => {
  const file = join(temporaryFolder(), 'lab.yaml');
  writeFileSync(file, 'mine');

  const { code, stderr } = await performed('init', file, ...flags);

  expect([code, readFileSync(file, 'utf8')]).toEqual([2, 'mine']);
  expect(stderr).toContain('already exists');
});

async function doctor(change: (file: Record<string, unknown>) => object, variants: string[] = []) {
  const content = (await emulate({ variants })).targetFile();
  const folder = temporaryFolder();
  const target = writeTarget(folder, { ...content, ...change(content) });
  return performed('doctor', '-t', target, '--state-dir', join(folder, 'state'));
}

test('doctor finds nothing wrong in a good target file', async () => {
  const { code, stdout } = await doctor(() => ({}));

  expect(stdout).not.toContain('WRONG');
  expect(stdout).toMatch(/ok +other +bob logs in/);
  expect(stdout).toMatch(/ok +viewer +a code was mailed/);
  expect(stdout).toMatch(/\n(\d+) of \1 MUST requirements would be checked\.\n$/);
  expect(code).toBe(0);
});

test('doctor names the account with a wrong password without showing it', async () => {
  const { code, stdout } = await doctor(({ accounts }) => ({
    accounts: { ...Object(accounts), viewer: { ...Object(accounts).viewer, password: 'wrong-password-9' } },
  }));

  expect(stdout).toMatch(/WRONG +viewer[\s\S]*\nOnce what is WRONG above is corrected:\n\d+ of /);
  expect(stdout).not.toContain('wrong-password-9');
  expect(code).toBe(2);
});

test('doctor reports that no account gets mailed codes', async () => {
  const { code, stdout } = await doctor(() => ({}), ['codes-while-mfa-is-on-only']);

  expect(code).toBe(0);
  expect(stdout).toMatch(/not tried +mail +the target mailed no code to any account/);
});

test('doctor logs in only if allowed', async () => {
  const { code, stdout } = await doctor(() => ({ allow: { stateChanges: false } }));

  expect(stdout).toMatch(/not tried +accounts +allow\.stateChanges is not true/);
  expect(stdout).not.toContain('bob logs in');
  expect(stdout).toMatch(few);
  expect(code).toBe(0);
});

test('what failed last: lists failed and inconclusive requirements as globs', () => {
  const folder = temporaryFolder();
  const verdict = sample();
  leave(folder, { ...verdict, target: { ...verdict.target, name: 'emulator' } });

  const ids = lastFailedOf([], folder, undefined)?.split(',') ?? [];

  const wanted = verdict.outcomes.filter(({ outcome }) => outcome === 'fail' || outcome === 'inconclusive');
  expect(ids).toEqual(wanted.map(({ id }) => id));
  expect(ids.every((id) => idPattern(ids.join(',')).test(id))).toBe(true);
  expect(tagPattern(ids.join(',')).test('a test @access/viewer-reads')).toBe(false);
  expect(lastFailedOf([], folder, 'access/*')).toBeNull();
});

test('what failed last needs a verdict', () => {
  expect(() => lastFailedOf([], temporaryFolder(), undefined)).toThrow(/no verdict on emulator/);
});
