import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unpacked } from '../../src/base/redaction/search.js';
import { bundleOf, checkBundle, evidenceIn, manifestName } from '../../src/reports/bundle/bundle.js';
import { zipOf } from '../../src/reports/bundle/zip.js';
import { temporaryFolder } from '../cli/suite.js';

const entries = [
  { name: 'lab/verdict.json', bytes: Buffer.from('{"gate":"conforms"}\n'.repeat(50)) },
  { name: 'lab/repro/grüße.sh', bytes: Buffer.from('#!/bin/sh\n') },
  { name: 'lab/empty', bytes: Buffer.alloc(0) },
];

function written(zip: Buffer): string {
  const file = join(temporaryFolder(), 'evidence.zip');
  writeFileSync(file, zip);
  return file;
}

type Parts = readonly { readonly name: string; readonly bytes: Buffer }[];

const tampered = (change: (parts: Parts) => Parts) =>
  written(zipOf(change([...(unpacked(bundleOf(entries)) ?? [])])));

describe('a bundle', () => {
  test('is a zip that other programs read', () => {
    const file = written(bundleOf(entries));
    const list =
      'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(z.namelist())';

    const names = execFileSync('python3', ['-c', list, file], { encoding: 'utf8' });

    for (const { name } of entries) expect(names).toContain(name);
  });

  test('is always the same for the same content', () => {
    expect(bundleOf(entries).equals(bundleOf(entries))).toBe(true);
  });

  test('has no problems after packing', () => {
    expect(checkBundle(written(bundleOf(entries)))).toMatchObject({ files: 3, problems: [] });
  });

  const more = { name: 'lab/more', bytes: Buffer.from('x') };

  test.each<[string, RegExp, (parts: Parts) => Parts]>([
    [
      'a changed file',
      /verdict.json was changed/,
      (parts) => parts.with(0, { ...more, name: 'lab/verdict.json' }),
    ],
    ['a missing file', /empty is missing/, (parts) => parts.toSpliced(2, 1)],
    ['another file', /lab\/more was added/, (parts) => [...parts, more]],
  ])('reports %s', (_what, problem, change) => {
    expect(checkBundle(tampered(change)).problems.join()).toMatch(problem);
  });

  test.each([
    ['what is not a zip', Buffer.from('no zip at all, but long enough to be one')],
    ['a zip without a manifest', zipOf(entries)],
    ['a zip that was cut off', bundleOf(entries).subarray(0, 200)],
  ])('refuses %s', (_what, bytes) => {
    expect(() => checkBundle(written(bytes))).toThrow(/evidence\.zip/);
  });

  test('holds the evidence of a folder', () => {
    const folder = temporaryFolder();
    for (const name of ['repro', 'allure-results']) mkdirSync(join(folder, name));
    for (const name of ['verdict.json', 'repro/a.sh', 'allure-results/x.json'])
      writeFileSync(join(folder, name), name);

    const names = evidenceIn(folder, 'lab').map(({ name }) => name);

    expect(names).toEqual(['lab/repro/a.sh', 'lab/verdict.json']);
    expect(readFileSync(join(folder, 'verdict.json'), 'utf8')).toBe('verdict.json');
    expect(manifestName).toBe('SHA256SUMS');
  });
});
