import { describe, expect, test } from 'vitest';
import { lineOf, snapshotOfLine } from '../../src/reports/history/entry.js';
import { driftOf, trendsOf } from '../../src/reports/history/trend.js';
import { renderCompare, renderTrend } from '../../src/reports/history/words.js';
import { snapshot } from '../history/sample.js';
import { derived, planned, raw } from '../verdict/sample.js';
import { statement } from './sample.js';

const once = 'email-login/code-works-once';
const failed = { outcome: 'fail', digest: '1', reason: 'expected: a refusal\nactual: 201' } as const;
const claimsOnce = { 'mailed-codes-work-once': true };

describe('drift from the statement', () => {
  test('is reported with the measured value', () => {
    const run = snapshot({ [once]: failed, 'support-email/code-works-once': 'pass' });

    expect(driftOf(run, claimsOnce)).toEqual([
      `The statement claims mailed-codes-work-once ("A mailed code works once."); measured: ${once} fails, expected: a refusal actual: 201.`,
    ]);
  });

  test('reports a changed fact with its measurements', () => {
    const reason = 'measured, not judged: a session';
    const otherwise = { outcome: 'not applicable', digest: '', reason } as const;
    const [forgotten, window] = ['keys-are-forgotten-where-told', 'window-is-a-minute-at-most'];
    const outcomes = { [`totp-login/${forgotten}`]: otherwise, [`totp-login/${window}`]: failed };
    const run = snapshot(outcomes, { facts: { acceptedSteps: '[-9,+9]' } });

    expect(driftOf(run, { 'totp-window-is-a-minute': true, 'keys-are-forgotten': true })).toEqual([
      expect.stringMatching(/^The statement claims totp-window-is-a-minute.*; acceptedSteps "\[-9,\+9\]"\.$/),
      expect.stringMatching(/^The statement claims keys-are-forgotten .*-where-told fails, a session\.$/),
    ]);
  });

  test('a counted claim drifts if more were counted', () => {
    const run = (throttleAfter: number | null) =>
      snapshot({ 'totp-login/wrong-codes-are-throttled': 'pass' }, { facts: { throttleAfter } });

    expect(driftOf(run(12), { 'login-is-throttled': 10 })).toEqual([
      expect.stringMatching(
        /within 10 consecutive wrong codes, .* actual: after 12 consecutive wrong codes; throttleAfter 12\.$/,
      ),
    ]);
    for (const after of [10, null]) expect(driftOf(run(after), { 'login-is-throttled': 10 })).toEqual([]);
    expect(driftOf(run(12), { 'login-is-throttled': true })).toEqual([]);
  });

  test('a denied claim drifts if all of it holds, but not if a part does', () => {
    const denied = { 'mailed-codes-work-once': false };

    expect(driftOf(snapshot({ [once]: 'pass' }), denied)).toEqual([
      `The statement denies mailed-codes-work-once ("A mailed code works once."); measured: ${once} passes.`,
    ]);
    expect(driftOf(snapshot({ [once]: 'pass', 'support-email/code-works-once': failed }), denied)).toEqual(
      [],
    );
  });

  test.each(['pass', 'not run', 'not applicable', 'inconclusive'] as const)(
    'a claim does not drift by %s',
    (outcome) => {
      expect(driftOf(snapshot({ [once]: outcome }), claimsOnce)).toEqual([]);
    },
  );

  test('is absent without a statement', () => {
    expect(driftOf(snapshot({ [once]: failed }))).toEqual([]);
    expect(driftOf(undefined)).toEqual([]);
  });
});

const verdict = derived({
  statement: statement(claimsOnce),
  planned: [planned(once, { claimed: 'mailed-codes-work-once' })],
  raw: [raw(once, { kind: 'fail' })],
});
const run = snapshotOfLine(JSON.stringify(lineOf(verdict)));

test('compare and trend show it, also with only the history', () => {
  expect(run?.claims).toEqual(claimsOnce);
  const [trend] = trendsOf(run === undefined ? [] : [run], 14);
  expect(trend?.drift).toEqual([
    `The statement claims mailed-codes-work-once ("A mailed code works once."); measured: ${once} fails.`,
  ]);
  const section = /Contradicts the vendor's statement\n {2}- The statement claims mailed-codes-work-once/;
  expect(trend === undefined ? '' : renderTrend(trend, 200)).toMatch(section);
  const now = snapshot({ [once]: failed }, { claims: claimsOnce });
  expect(renderCompare(now, now, [], driftOf(now), 200)).toMatch(section);
});

test('compare and trend show nothing without drift', () => {
  const now = snapshot({ [once]: 'pass' }, { claims: claimsOnce });

  expect(renderCompare(now, now, [], driftOf(now), 200)).not.toContain('statement');
});
