import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leave, plan, verdictOn } from '../many/sample.js';
import { performed, ranHere } from './in-process.js';
import { temporaryFolder } from './suite.js';

test('a merge adds to the history of its folder, and later reports show changes', async () => {
  const folder = temporaryFolder();
  const out = join(folder, 'nightly');
  const night = (day: number, ...fails: readonly string[]) => {
    const startedAt = `2026-11-${day}T03:00:00.000Z`;
    const from = join(folder, String(day));
    leave(from, verdictOn('a', [], { startedAt }), verdictOn('b', fails, { startedAt }));
    plan(from, 1, 1, { a: 1, b: 1 });
    return performed('report', '--from', from, '--out', out, '--json');
  };
  const history = () => readFileSync(join(out, 'history.jsonl'), 'utf8').trimEnd().split('\n');

  expect((await night(25)).code).toBe(0);
  expect((await night(26, 'two')).code).toBe(1);
  expect(history()).toHaveLength(4);
  expect((await night(26, 'two')).code).toBe(1);
  expect(history()).toHaveLength(4);
  const again = await performed('report', '--out', out);

  expect(again.code).toBe(1);
  expect(history()).toHaveLength(4);
  const names = 'a b history.jsonl matrix.html matrix.json planned-1-of-1.json';
  expect(readdirSync(out).sort().join(' ')).toBe(names);
  const summary = readFileSync(join(out, 'b', 'summary.txt'), 'utf8');
  expect(summary).toMatch(/broke[\s\S]*area\/two|area\/two[\s\S]*broke/);
});

test('a broken verdict in the folder is named, and the reports of the others are rebuilt', async () => {
  const out = plan(leave(temporaryFolder(), verdictOn('a'), verdictOn('b')), 1, 1, { a: 1, b: 1 });
  writeFileSync(join(out, 'b', 'verdict.json'), '{"schemaVersion":1');

  const { code, stdout, stderr } = await performed('report', '--out', out);

  expect(code).toBe(3);
  expect(stderr).toBe('');
  expect(stdout).toContain(`${join(out, 'b', 'verdict.json')} is not a valid verdict`);
  expect(readdirSync(join(out, 'a'))).toContain('junit.xml');
});

test.for<[targets: readonly string[], page: string]>([
  [['a'], join('a', 'index.html')],
  [['a', 'b'], 'matrix.html'],
])('--open shows the page of %j', async ([targets, page]) => {
  const folder = temporaryFolder();
  const out = join(folder, 'out');
  leave(out, ...targets.map((name) => verdictOn(name)));
  const shown = join(folder, 'shown');
  writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > ${shown}\n`, { mode: 0o755 });

  const env = { PATH: `${folder}:${process.env['PATH']}` };
  const { stderr } = await ranHere(['report', '--out', out, '--open'], env);

  expect(stderr).toBe('');
  await expect.poll(() => existsSync(shown) && readFileSync(shown, 'utf8')).toBe(join(out, page));
});

test('--open without a program to open with names the page', async () => {
  const folder = temporaryFolder();
  leave(folder, verdictOn('a'));

  const { stderr } = await ranHere(['report', '--out', folder, '--open'], { PATH: folder });

  const page = join(folder, 'a', 'index.html');
  expect(stderr).toContain(`xdg-open can't be started: open ${page} in a browser.`);
});
