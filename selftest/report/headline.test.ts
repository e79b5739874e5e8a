import { describe, expect, test } from 'vitest';
import type { RunResults } from '../../src/base/model/results.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { loadOrder, shareFound } from '../../src/contract/order/order.js';
import { renderCtrf } from '../../src/reports/forms/ctrf.js';
import { renderHtml } from '../../src/reports/forms/html/render.js';
import { renderJUnit } from '../../src/reports/forms/junit.js';
import { renderMarkdown } from '../../src/reports/forms/markdown.js';
import { renderSarif } from '../../src/reports/forms/sarif.js';
import { renderSummary } from '../../src/reports/forms/summary.js';
import { quietLine, verdictLine } from '../../src/reports/forms/verdict-words.js';
import { lineOf, snapshotOfLine } from '../../src/reports/history/entry.js';
import { snapshotOf } from '../../src/reports/history/snapshot.js';
import { trendsOf } from '../../src/reports/history/trend.js';
import { renderCompare, renderTrend } from '../../src/reports/history/words.js';
import { renderMatrixSummary } from '../../src/reports/matrix/console.js';
import { renderMatrixPage } from '../../src/reports/matrix/page.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { validateVerdict } from '../../src/verdict/derive/validate.js';
import { leave, mergeOf, plan } from '../many/sample.js';
import { temporaryFolder } from '../target/files.js';
import { derived, planned, raw, runOf } from '../verdict/sample.js';
import { concerned } from '../waivers/sample.js';

const off = 'nothing may be changed: allow.stateChanges is off';

function verdictOf(change: Partial<RunResults>): Verdict {
  return derived({ planned: [planned('a/one')], raw: [raw('a/one')], ...change });
}

const whole = verdictOf({});
const partial = verdictOf({
  planned: [
    planned('a/one'),
    planned('a/two', { notRun: 'the target file has no viewer account' }),
    planned('a/three', { notRun: off }),
    planned('a/four', { notRun: off }),
    planned('a/five', { level: 'should', notRun: 'only a should' }),
    planned('a/six', { notApplicable: 'of another release' }),
  ],
});

const terminal = { colour: true, width: 200, outDir: 'reports', files: [] };

const matrixOf = (verdict: Verdict) =>
  mergeOf(plan(leave(temporaryFolder(), verdict), 1, 1, { [verdict.target.name]: 1 })).matrix;

const historyOf = (verdict: Verdict) => {
  const read = snapshotOfLine(JSON.stringify(lineOf(verdict)));
  return read === undefined ? [] : [read];
};

const outputs: Readonly<Record<string, (verdict: Verdict) => string>> = {
  terminal: (verdict) => renderSummary(verdict, terminal),
  '--quiet': quietLine,
  'summary.md': (verdict) => renderMarkdown(verdict),
  'junit.xml': renderJUnit,
  CTRF: renderCtrf,
  SARIF: (verdict) => renderSarif([verdict]),
  'index.html': (verdict) => renderHtml(verdict).replace(/<style>[\s\S]*?<\/style>/, ''),
  matrix: (verdict) => renderMatrixSummary(matrixOf(verdict), { ...terminal, brief: false }),
  'matrix.html': (verdict) => renderMatrixPage(matrixOf(verdict)).replace(/<style>[\s\S]*?<\/style>/, ''),
  compare: (verdict) => renderCompare(snapshotOf(verdict), snapshotOf(verdict), [], [], 100),
  trend: (verdict) =>
    trendsOf(historyOf(verdict), 9)
      .map((trend) => renderTrend(trend, 100))
      .join(''),
};

describe('a run that did not check every MUST requirement', () => {
  test('says how many it checked, and the reason that costs most', () => {
    expect(verdictLine(partial)).toBe(`no breach found · 1 of 4 MUST requirements checked · ${off}`);
    expect(partial).toMatchObject({ gate: 'conforms', complete: false, checked: 1, applicable: 4 });
    expect(validateVerdict(partial)).toBe(partial);
  });

  test.each(Object.keys(outputs))('is nowhere called conforming by %s', (name) => {
    const said = outputs[name]?.(partial) ?? '';

    expect(said).toMatch(/no breach found/i);
    // Some outputs list all gates as data, and those of many targets count the ones that conform.
    expect(
      said.replace(/"?gate"?[":,= a-z]*"conforms"|\d (of \d (target )?|does |do not )conform/g, ''),
    ).not.toMatch(/\bconforms?\b/i);
  });

  test.each(['terminal', 'matrix'])('is yellow in the %s', (name) => {
    expect(outputs[name]?.(partial)).toContain('\u001b[33mno breach found');
  });

  test.each(['index.html', 'matrix.html'])('is amber in %s', (name) => {
    expect(outputs[name]?.(partial)).toContain('class="banner o-inconclusive"');
    expect(outputs[name]?.(partial)).not.toMatch(/class="[^"]*o-pass"><svg[^>]*>.*?<\/svg> <strong>/);
  });

  test('has no green sign in summary.md for any gate', () => {
    expect(outputs['summary.md']?.(partial)).toMatch(/^## ⚠️/);
    const gated = verdictOf({
      planned: [planned('a/one'), planned('a/two', { notRun: off })],
      gateBy: { policy: 'none' },
    });
    expect(renderMarkdown(gated)).toMatch(/^## ⚠️/);
  });
});

test.each(Object.keys(outputs))('a run that checked every MUST requirement conforms by %s', (name) => {
  expect(outputs[name]?.(whole)).toMatch(/\bconforms?\b/i);
  expect(outputs[name]?.(whole)).not.toMatch(/no breach found/i);
});

test.each(['terminal', 'summary.md', 'index.html'])('warnings stand at the head of %s', (name) => {
  const verdict = verdictOf({ facts: { clockOffsetMs: -180_000 }, warnings: ['<b> of the file'] });
  const said =
    outputs[name]?.(verdict)
      .replace(/^[\s\S]*<body/, '')
      .replaceAll('&#39;', "'") ?? '';
  const [clock, file] = ["the target's clock is 180 s behind this machine's", 'of the file'];

  expect(said).toMatch(new RegExp(`Warning\\W.*${clock}[\\s\\S]*${file}[\\s\\S]*Measured`, 'i'));
  expect(said.includes('<b>')).toBe(name === 'terminal');
});

describe('a run that asked for a part', () => {
  const part = 'no breach found · 1 of 4 MUST requirements checked';

  test.each([
    ['grep', 3, `${part} · --grep leaves out 3`],
    ['last failed', 3, `${part} · 1 that failed before passes now`],
    ['recording', 0, 'conforms (1 of 1 MUST requirements checked)'],
  ] as const)('by %s', (by, leftOut, line) => {
    expect(verdictLine(verdictOf({ selection: { by, leftOut } }))).toBe(line);
  });

  test('by a time, with the share of the known faults that it finds', () => {
    const byFaults = [...loadOrder().rows].sort((a, b) => b.faults.length - a.faults.length);
    const [{ id: first } = { id: '' }, { id: second } = { id: '' }] = byFaults;
    const verdict = verdictOf({
      selection: { by: 'within', leftOut: 0, within: '60 s' },
      planned: [planned(first), planned(second, { notRun: 'did not fit into 60 s (--within)' })],
      raw: [raw(first)],
    });
    const percent = Math.floor(100 * shareFound(new Set([first]), new Set()));

    expect(percent).toBeGreaterThan(0);
    expect(verdictLine(verdict)).toBe(
      `no breach found · 1 of 2 MUST requirements checked, within 60 s; they find ${percent} % of the known faults`,
    );
    const selection = { by: 'within', leftOut: 0, within: '60 s', knownFaults: percent / 100 };
    expect(validateVerdict(verdict).selection).toEqual(selection);
  });

  test('by a recording, which shows no flow', () => {
    const recorded = verdictOf({
      selection: { by: 'recording', leftOut: 0 },
      planned: [planned('a/one'), planned('a/two', { notRun: 'the recording does not show it' })],
    });

    expect(verdictLine(recorded)).toBe(
      "no breach found · 1 of 2 MUST requirements checked · the recorded traffic breaks nothing; it can't show flows",
    );
  });

  test('is inconclusive by --require-complete, and a failure counts among all', () => {
    const selection = { by: 'grep', leftOut: 3 } as const;
    const required = verdictOf({ selection, options: { strict: false, requireComplete: true } });

    expect(verdictLine(required)).toBe(
      'inconclusive: 3 must requirements not run, and --require-complete requires all of them',
    );
    expect(verdictLine(verdictOf({ selection, raw: [raw('a/one', { kind: 'fail' })] }))).toBe(
      'does not conform: 1 of 4 must failed',
    );
  });
});

test('a waived must stands in the line, with the day on which the first of them ends', () => {
  const [one, two] = ['2026-12-31', '2026-12-01'].map((expires, at) =>
    concerned({ fits: [at === 0 ? 'area/one' : 'area/two'], expires }),
  );
  const line = (of: string, ...waivers: readonly (typeof one)[]) =>
    verdictLine(deriveVerdict(runOf(of, { waivers: waivers.flatMap((each) => each ?? []) })));
  const all = '(2 of 2 MUST requirements checked)';

  expect(line('fail, pass', one)).toBe(`conforms, with 1 waived until 2026-12-31 ${all}`);
  expect(line('fail, fail', one, two)).toBe(`conforms, with 2 waived, the first until 2026-12-01 ${all}`);
  expect(line('fail, fail', one)).toBe(
    'does not conform: 1 of 2 must failed, with 1 waived until 2026-12-31',
  );
  expect(line('pass, pass')).toBe(`conforms ${all}`);
});

const long = `${'x'.repeat(500_000)} ${'long '.repeat(100_000)}`;
const kinds = ['fail', 'inconclusive', 'not run', 'pass'] as const;
const verdict = verdictOf({
  planned: kinds.map((_, at) => planned(`a/n${at}`)),
  raw: kinds.map((kind, at) => raw(`a/n${at}`, { kind, reason: long })),
});

test.each(Object.keys(outputs))('a message of a megabyte makes no large %s', (name) => {
  expect(outputs[name]?.(verdict).length).toBeLessThan(200_000);
});
