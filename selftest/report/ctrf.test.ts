import { calculateSummary, validateStrict } from 'ctrf';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/base/model/verdict.js';
import { renderCtrf } from '../../src/reports/forms/ctrf.js';
import { derived, raw } from '../verdict/sample.js';
import { concerned } from '../waivers/sample.js';
import { hostileTexts, hostileVerdict } from './hostile.js';
import { causesTold, sample, withCauses } from './sample.js';

function reportOf(verdict: Verdict) {
  const report: unknown = JSON.parse(renderCtrf(verdict));
  validateStrict(report);
  return report;
}

const fails = [raw('area/one', { kind: 'fail', reason: 'expected: a\nactual: b' })];

test.each<[string, Verdict]>([
  ['everything', sample()],
  ['nothing', derived({ planned: [], raw: [] })],
  ['a good run', derived()],
  ['not restored', derived({ restored: false })],
  ['cut short', derived({ interrupted: 'SIGINT' })],
  ['waived', derived({ raw: fails, waivers: [concerned()] })],
])('is valid with right counts: %s', (_is, verdict) => {
  const { results: of } = reportOf(verdict);
  const { tests, passed, failed, skipped, pending, other } = calculateSummary(of.tests);

  expect(of.summary).toMatchObject({ tests, passed, failed, skipped, pending, other });
  expect(of.summary.stop - of.summary.start).toBe(12_345);
});

describe('each outcome', () => {
  const statuses = (verdict: Verdict) =>
    reportOf(verdict).results.tests.map(({ name, status, rawStatus }) => [name, status, rawStatus]);

  test("has a status, and the suite's own word", () => {
    expect(statuses(sample())).toEqual([
      ['totp-key/secret-matches-uri', 'failed', 'fail'],
      ['totp-key/create-answers-201', 'passed', 'pass'],
      ['http/utf-8', 'skipped', 'fail'],
      ['email-otp/answers-204', 'other', 'inconclusive'],
      ['email-otp/mails-a-code', 'other', 'inconclusive'],
      ['access/viewer-reads', 'skipped', 'not run'],
      ['access/viewer-writes-not', 'skipped', 'not run'],
      ['support-mfa/verifies', 'skipped', 'not applicable'],
    ]);
  });

  test('waived is skipped, and names the owner', () => {
    expect(reportOf(derived({ raw: fails, waivers: [concerned()] })).results.tests[0]).toMatchObject({
      status: 'skipped',
      rawStatus: 'waived',
      message:
        'waived until 2026-12-31 (Ana, https://issues.example/7): known since the last release\nexpected: a\nactual: b',
      extra: { waiver: { owner: 'Ana' } },
    });
  });

  test('a failure of the baseline is skipped if only new ones gate', () => {
    const baseline = { file: 'b.json', verdict: derived({ raw: fails }) };

    expect(statuses(derived({ raw: fails, gateBy: { policy: 'new', baseline } }))).toEqual([
      ['area/one', 'skipped', 'fail'],
    ]);
  });

  test('a failure outside requirements is listed separately', () => {
    expect(statuses(derived({ interrupted: 'SIGINT', restored: false }))).toEqual([
      ['area/one', 'passed', 'pass'],
      ['run/gate', 'failed', 'inconclusive'],
      ['run/given-back', 'failed', 'not restored'],
    ]);
  });
});

test.each(hostileTexts)('hostile text is unchanged except terminal controls: %j', (text) => {
  const verdict = hostileVerdict(text);

  expect(reportOf(verdict).results.tests[0]?.message).toBe(text);
  for (const char of ['\u001b', '\u202e', '\ud800']) expect(renderCtrf(verdict)).not.toContain(char);
});

test('consequences name their failure; the report has all causes', () => {
  const { results: of } = reportOf(withCauses);

  expect(of.tests.map(({ extra }) => extra?.['cause'])).toEqual(causesTold);
  expect(of.extra?.['causes']).toEqual(withCauses.causes);
});
