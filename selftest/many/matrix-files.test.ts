import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/base/model/verdict.js';
import { externalLoads } from '../../src/reports/allure/page.js';
import { columnOf } from '../../src/reports/many/column.js';
import type { Matrix } from '../../src/reports/many/matrix.js';
import { merge } from '../../src/reports/many/merge.js';
import { matrixLine, renderMatrixSummary } from '../../src/reports/matrix/console.js';
import { renderMatrixPage } from '../../src/reports/matrix/page.js';
import { matrixJson, writeMatrix } from '../../src/reports/matrix/write.js';
import { temporaryFolder } from '../cli/suite.js';
import { hostileVerdict } from '../report/hostile.js';
import { sample } from '../report/sample.js';
import { verdictOn } from './sample.js';

function matrixOf(...verdicts: readonly Verdict[]): Matrix {
  const columns = verdicts.map((verdict) => columnOf(verdict, 'f'));
  return merge({ columns, plans: [], problems: [] }, (name) => `${name}/index.html`).matrix;
}

/** Stands in every member of a verdict that a target can fill. */
const hostile =
  '</td></script><script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)> "\' \u001b[31m\u202egnp.exe\u0000';
describe('matrix.html', () => {
  test('shows text of a target as text', () => {
    const page = renderMatrixPage(matrixOf(hostileVerdict(hostile), verdictOn('b')));

    expect(page).toContain('&lt;/td&gt;&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('\\u001b[31m\\u202egnp.exe\\u0000');
    expect(page).not.toMatch(/<script\b/);
    expect(page).not.toMatch(/<img|<script>alert/);
  });

  test('loads nothing, and forbids the browser to', () => {
    const page = renderMatrixPage(matrixOf(verdictOn('a'), verdictOn('b', ['two'])));

    expect(externalLoads(page)).toEqual([]);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toContain("'unsafe-inline'");
  });

  test('holds each target, each requirement, and the reasons of failures', () => {
    const page = renderMatrixPage(matrixOf(sample(), verdictOn('b', ['two'])));

    expect(page).toContain('2 targets, 11 requirements.');
    expect(page).toContain('<a href="./b/index.html">b</a>');
    expect(page).toContain('expected: the secret of the URI\nactual:    another one');
    expect(page.match(/<tr data-id="[^"]*"/g)).toEqual(
      matrixOf(sample(), verdictOn('b', ['two']))
        .requirements.filter(({ reasons }) => reasons.some(({ outcome }) => outcome !== 'not applicable'))
        .map(({ id }) => `<tr data-id="${id}"`),
    );
  });

  test('links to reports in folders of any name', () => {
    expect(renderMatrixPage(matrixOf(verdictOn('javascript:x y#1')))).toContain(
      'href="./javascript%3Ax%20y%231/index.html"',
    );
  });

  test('stays readable without any verdict', () => {
    const page = renderMatrixPage(matrixOf());

    expect(page).toContain('inconclusive');
    expect(page).toContain('The plan (planned-1-of-1.json or similar) is missing');
  });
});

describe('matrix.json', () => {
  test('is valid, always the same, and has no control characters', () => {
    const json = matrixJson(matrixOf(sample(), hostileVerdict(hostile)));

    expect(json).toBe(matrixJson(matrixOf(hostileVerdict(hostile), sample())));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
    expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(JSON.parse(json)).toEqual(matrixOf(sample(), hostileVerdict(hostile)));
  });

  test('is refused if invalid', () => {
    expect(() => matrixJson({ ...matrixOf(verdictOn('a')), notes: [''] })).toThrow(
      /matrix is not a valid matrix:\s+\/notes\/0/,
    );
  });

  test('is written beside the page', () => {
    const folder = temporaryFolder();

    const files = writeMatrix(matrixOf(verdictOn('a')), join(folder, 'out'));

    expect(files).toEqual(['matrix.html', 'matrix.json']);
    expect(readFileSync(join(folder, 'out', 'matrix.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });
});

describe('the console', () => {
  const options = { colour: false, width: 80, outDir: 'out', files: ['matrix.html'], brief: false };

  test('lists the summary, then each target, failures and problems', () => {
    const matrix = matrixOf(verdictOn('a', ['two']), verdictOn('b', ['two']), verdictOn('c'));

    expect(renderMatrixSummary(matrix, options)).toBe(
      [
        'does not conform: 1 of 3 targets conform, 2 do not conform, 1 problem',
        '',
        '  a  7.1.2_u3  does not conform: 1 of 3 must failed',
        '  b  7.1.2_u3  does not conform: 1 of 3 must failed',
        '  c  7.1.2_u3  conforms (3 of 3 MUST requirements checked)',
        '',
        'Failed: 1 must',
        '  area/two: a, b',
        '',
        'Missing or broken:',
        '  - The plan (planned-1-of-1.json or similar) is missing, so missing targets',
        '  would go unnoticed. Each run writes it to its output folder: keep it beside',
        '  the verdicts.',
        '',
        'Written to out: matrix.html',
        'Exit code: 1 (does not conform)',
        '',
      ].join('\n'),
    );
  });

  test('shows no control characters of a target', () => {
    const text = renderMatrixSummary(matrixOf(hostileVerdict(hostile)), options);

    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  test('names a target that was not restored', () => {
    const matrix = matrixOf(verdictOn('a', [], { restored: false }));

    expect(matrixLine(matrix)).toBe('inconclusive: 1 of 1 target conform, 1 problem');
    expect(renderMatrixSummary(matrix, options)).toContain('NOT RESTORED to the state it was found in');
    expect(matrix.exitCode).toBe(4);
  });
});
