import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/package-root.js';
import { Journal } from '../../src/target/journal/journal.js';
import { performed, ranHere } from '../cli/in-process.js';
import { folders, targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';
import { journalsIn } from './observe.js';

const baseUrl = 'https://lab.example/v2';
const support = { enabled: false, mfaType: null, email: null };
const cluster = { enabled: true, authenticationTypes: ['totp'], retainUserMfaSettings: null };

describe('a journal', () => {
  test('keeps the state found first until it is removed, readable by its owner only', () => {
    const folder = temporaryFolder();
    const journal = new Journal(folder, baseUrl);

    journal.noteFound({ cluster });
    journal.noteFound({ cluster: { ...cluster, enabled: false } });
    journal.noteFound({ support });

    expect(new Journal(folder, baseUrl).read()).toMatchObject({ version: 1, baseUrl, cluster, support });
    if (process.platform !== 'win32') expect(statSync(journal.file).mode & 0o777).toBe(0o600);
    journal.remove();
    expect(journal.read()).toBeUndefined();
    expect(journalsIn(folder)).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('on a full disk is an error, and the old one stays', () => {
    const folder = temporaryFolder();
    const before = new Journal(folder, baseUrl);
    before.noteFound({ cluster });
    const module = pathToFileURL(join(packageRoot(), 'dist', 'src', 'target', 'journal', 'journal.js')).href;
    const script = `
      const { Journal } = await import(${JSON.stringify(module)});
      const journal = new Journal(${JSON.stringify(folder)}, ${JSON.stringify(baseUrl)});
      try { journal.noteFound({ support: ${JSON.stringify(support)} }); } catch (error) { console.log(String(error)); }`;

    // No file takes a byte, as on a full disk.
    const program = 'ulimit -f 0; exec "$0" --input-type=module -e "$1"';
    const { stdout } = spawnSync('sh', ['-c', program, process.execPath, script], { encoding: 'utf8' });

    expect(stdout).toMatch(/^ConfigurationError: The journal .* can't be written, so nothing is changed/);
    expect(stdout).toMatch(/file too large.*--state-dir/s);
    expect(before.read()).toMatchObject({ cluster });
    expect(before.read()).not.toHaveProperty('support');
  });

  test('in a folder that is a file is an error', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'state'), '');

    const write = () => new Journal(join(folder, 'state'), baseUrl).noteFound({ support });

    expect(write).toThrow(ConfigurationError);
    expect(write).toThrow(/can't be written, so nothing is changed on the target.*--state-dir/);
  });
});

const whole = { version: 1, baseUrl, startedAt: 'x', residue: [] };
const textOf = (more: object) => JSON.stringify({ ...whole, ...more });
const kept = /is not a JSON object with a version\. It is kept.*by hand.*delete the file/;
const foreign = { baseUrl: 'https://other.example/v2' };
const bad: readonly (readonly [is: string, text: string, says: RegExp])[] = [
  ['is not JSON', '{"version": 1, "base', kept],
  ['holds no object', '"journal"', /is not a JSON object/],
  ['lacks a member', '{"version":1}', /lacks baseUrl/],
  ['has no configuration', textOf({ cluster: { enabled: 'yes' } }), /an invalid configuration\. It is kept/],
  ['is of a newer format', '{"version":2}', /has format 2, this version knows 1/],
  ['is of another target', textOf(foreign), /is of another target: https:\/\/other\.example\/v2/],
];

describe('a journal that', () => {
  test.each(bad)('%s is refused and kept', (_is, text, says) => {
    const journal = new Journal(temporaryFolder(), baseUrl);
    mkdirSync(dirname(journal.file), { recursive: true });
    writeFileSync(journal.file, text);

    expect(() => journal.read()).toThrow(ConfigurationError);
    expect(() => journal.read()).toThrow(says);
    expect(() => journal.noteFound({ support })).toThrow(says);
    expect(readFileSync(journal.file, 'utf8')).toBe(text);
  });

  test('is damaged stops run and restore, and other journals are still listed', async () => {
    const folder = temporaryFolder();
    const state = join(folder, 'state');
    const file = writeTarget(folder, targetAt('http://127.0.0.1:1/v2'));
    const journal = new Journal(state, 'http://127.0.0.1:1/v2');
    journal.noteFound({ support });
    writeFileSync(journal.file, '{"version');
    new Journal(state, baseUrl).noteFound({ cluster });

    const run = await performed('run', '-t', file, ...folders(folder));
    const restore = await performed('restore', '-t', file, '--state-dir', state);
    const list = await performed('restore', '--state-dir', state);

    expect([run.code, restore.code, list.code]).toEqual([2, 2, 4]);
    expect(run.stderr).toContain('It is kept');
    expect(restore.stderr).toContain('It is kept');
    expect(list.stderr).toContain(journal.file);
    expect(list.stdout).toContain(`${baseUrl} is changed since`);
    expect(readFileSync(journal.file, 'utf8')).toBe('{"version');
  });
});

describe('a state folder', () => {
  test('that can not be written to keeps a run from sending anything', async () => {
    const folder = temporaryFolder();
    const file = writeTarget(folder, targetAt('http://127.0.0.1:1/v2'));
    writeFileSync(join(folder, 'state'), '');

    const { code, stderr } = await performed('run', '-t', file, ...folders(folder));

    expect(code).toBe(2);
    expect(stderr).toMatch(/can't be written: .* The suite sent nothing/);
  });

  test('that a CI job may lose causes a warning', async () => {
    const folder = temporaryFolder();
    const file = writeTarget(folder, targetAt('http://127.0.0.1:1/v2'));
    const env = { CI: '1', XDG_STATE_HOME: folder, LOCALAPPDATA: folder, MFA_CONFORMANCE_STATE: '' };
    const args = ['run', '-t', file, '--out', join(folder, 'out')];

    const lost = await ranHere(args, env);
    const kept = await ranHere(args, { ...env, MFA_CONFORMANCE_STATE: join(folder, 'state') });

    expect(lost.stderr).toMatch(/warning: journals go to .*mfa-conformance, which a CI job may lose/);
    expect(kept.stderr).not.toContain('journals go to');
  });
});
