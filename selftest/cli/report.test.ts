import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leave, plan, verdictOn } from '../many/sample.js';
import { cli, temporaryFolder } from './suite.js';

test('a merge adds to the history of its folder, and reports built again from it say what is new', async () => {
  const folder = temporaryFolder();
  const out = join(folder, 'nightly');
  const night = (day: number, ...fails: readonly string[]) => {
    const startedAt = `2026-11-${day}T03:00:00.000Z`;
    const from = join(folder, String(day));
    plan(leave(from, verdictOn('a', [], { startedAt }), verdictOn('b', fails, { startedAt })), 1, 1, {
      a: 1,
      b: 1,
    });
    return cli(['report', '--from', from, '--out', out, '--json']);
  };
  const history = () => readFileSync(join(out, 'history.jsonl'), 'utf8').trimEnd().split('\n');

  expect((await night(25)).code).toBe(0);
  expect((await night(26, 'two')).code).toBe(1);
  expect(history()).toHaveLength(4);
  expect((await night(26, 'two')).code).toBe(1);
  expect(history()).toHaveLength(4);
  const again = await cli(['report', '--out', out]);

  expect(again.code).toBe(1);
  expect(history()).toHaveLength(4);
  expect(readdirSync(out).sort()).toEqual([
    'a',
    'b',
    'history.jsonl',
    'matrix.html',
    'matrix.json',
    'planned-1-of-1.json',
  ]);
  expect(readFileSync(join(out, 'b', 'summary.txt'), 'utf8')).toMatch(
    /broke[\s\S]*area\/two|area\/two[\s\S]*broke/,
  );
});

test('a broken verdict in the folder is named, and the others are built again', async () => {
  const out = plan(leave(temporaryFolder(), verdictOn('a'), verdictOn('b')), 1, 1, { a: 1, b: 1 });
  writeFileSync(join(out, 'b', 'verdict.json'), '{"schemaVersion":1');

  const { code, stdout, stderr } = await cli(['report', '--out', out]);

  expect(code).toBe(3);
  expect(stderr).toBe('');
  expect(stdout).toContain(`${join(out, 'b', 'verdict.json')} is not a valid verdict`);
  expect(readdirSync(join(out, 'a'))).toContain('junit.xml');
});
