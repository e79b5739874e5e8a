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
  test('keeps what was found first, for its owner alone, until it is removed', () => {
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
    const { stdout } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      { encoding: 'utf8' },
    );

    expect(stdout).toMatch(
      /^ConfigurationError: The journal .* can't be written, so nothing is changed.*file too large/,
    );
    expect(stdout).toContain('--state-dir');
    expect(before.read()).toMatchObject({ cluster });
    expect(before.read()).not.toHaveProperty('support');
  });

  test('in a folder that is none is an error', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'state'), '');

    const write = () => new Journal(join(folder, 'state'), baseUrl).noteFound({ support });

    expect(write).toThrow(ConfigurationError);
    expect(write).toThrow(/can't be written, so nothing is changed on the target.*--state-dir/);
  });
});

const bad = [
  {
    is: 'is not JSON',
    text: '{"version": 1, "base',
    says: /is not a JSON object with a version\. It is kept.*by hand.*delete the file/,
  },
  { is: 'holds no object', text: '"journal"', says: /is not a JSON object/ },
  { is: 'lacks what it must have', text: '{"version":1}', says: /lacks baseUrl/ },
  {
    is: 'holds what is not a configuration',
    text: JSON.stringify({ version: 1, baseUrl, startedAt: 'x', residue: [], cluster: { enabled: 'yes' } }),
    says: /holds an invalid configuration\. It is kept/,
  },
  { is: 'is of a newer format', text: '{"version":2}', says: /has format 2, this version knows 1/ },
  {
    is: 'is of another target',
    text: JSON.stringify({ version: 1, baseUrl: 'https://other.example/v2', startedAt: 'x', residue: [] }),
    says: /is of another target: https:\/\/other\.example\/v2/,
  },
];

describe('a journal that', () => {
  test.each(bad)('$is is refused and kept', ({ text, says }) => {
    const journal = new Journal(temporaryFolder(), baseUrl);
    mkdirSync(dirname(journal.file), { recursive: true });
    writeFileSync(journal.file, text);

    expect(() => journal.read()).toThrow(ConfigurationError);
    expect(() => journal.read()).toThrow(says);
    expect(() => journal.noteFound({ support })).toThrow(says);
    expect(readFileSync(journal.file, 'utf8')).toBe(text);
  });

  test('is damaged keeps run and restore from doing anything, and the others are listed all the same', async () => {
    const folder = temporaryFolder();
    const state = join(folder, 'state');
    const target = targetAt('http://127.0.0.1:1/v2');
    const file = writeTarget(folder, target);
    const journal = new Journal(state, 'http://127.0.0.1:1/v2');
    journal.noteFound({ support });
    writeFileSync(journal.file, '{"version');
    new Journal(state, baseUrl).noteFound({ cluster });

    const run = await performed('run', '-t', file, ...folders(folder));
    const restore = await performed('restore', '-t', file, '--state-dir', state);
    const list = await performed('restore', '--state-dir', state);

    expect(run.code).toBe(2);
    expect(run.stderr).toContain('It is kept');
    expect(restore.code).toBe(2);
    expect(restore.stderr).toContain('It is kept');
    expect(list.code).toBe(4);
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

  test('that a CI job may lose is warned of', async () => {
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
