import { expect, test } from 'vitest';
import type { Verdict } from '../../src/base/model/verdict.js';
import { renderCtrf } from '../../src/reports/forms/ctrf.js';
import { renderHtml } from '../../src/reports/forms/html/render.js';
import { renderJUnit } from '../../src/reports/forms/junit.js';
import { renderMarkdown } from '../../src/reports/forms/markdown.js';
import { renderSummary } from '../../src/reports/forms/summary.js';
import { planned, raw } from '../verdict/sample.js';
import { sample } from './sample.js';

const long = 'long '.repeat(2_000_000);
const verdict = sample({
  planned: ['area/one', 'area/two', 'area/three', 'area/four'].map((id) => planned(id)),
  raw: [
    raw('area/one', { kind: 'fail', reason: long }),
    raw('area/two', { kind: 'inconclusive', reason: long }),
    raw('area/three', { kind: 'not run', reason: long }),
    raw('area/four', { kind: 'pass' }),
  ],
});

test.each<[string, (verdict: Verdict) => string]>([
  ['summary.txt', (of) => renderSummary(of, { colour: false, width: 100, outDir: 'reports', files: [] })],
  ['summary.md', renderMarkdown],
  ['junit.xml', renderJUnit],
  ['ctrf-report.json', renderCtrf],
  ['index.html', renderHtml],
])('a ten-megabyte message makes no large %s', (_, render) => {
  expect(render(verdict).length).toBeLessThan(200_000);
});
