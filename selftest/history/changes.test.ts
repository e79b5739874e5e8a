import { expect, test } from 'vitest';
import { type OutcomeKind, outcomeKinds } from '../../src/base/model/verdict.js';
import { changesBetween, changesSince, runName } from '../../src/reports/history/changes.js';
import { factChanges } from '../../src/reports/history/fact-changes.js';
import { reasonDigest, type Snapshot } from '../../src/reports/history/snapshot.js';
import { renderCompare } from '../../src/reports/history/words.js';
import { rows } from '../tool/rows.js';
import { snapshot } from './sample.js';

const changeSentences = (before: Snapshot, after: Snapshot) =>
  changesBetween(before, after).map(({ text }) => text);

const pairs: readonly (readonly [OutcomeKind, OutcomeKind, string | undefined])[] = [
  ['pass', 'pass', undefined],
  ['pass', 'fail', 'a/one broke: got 500; wanted 200'],
  ['pass', 'waived', 'a/one broke, and is waived: got 500; wanted 200'],
  ['pass', 'not run', 'a/one was no longer run: got 500; wanted 200'],
  ['pass', 'not applicable', 'a/one no longer applies: got 500; wanted 200'],
  ['pass', 'inconclusive', 'a/one could not be decided: got 500; wanted 200'],
  ['fail', 'pass', 'a/one was fixed.'],
  ['fail', 'fail', undefined],
  ['fail', 'waived', 'a/one is waived now.'],
  ['fail', 'not run', 'a/one was no longer run: got 500; wanted 200'],
  ['waived', 'pass', 'a/one was fixed.'],
  ['waived', 'fail', 'a/one fails; it was waived before: got 500; wanted 200'],
  ['not run', 'fail', 'a/one fails; before, it was not run: got 500; wanted 200'],
  ['not run', 'pass', 'a/one passes now; before, that was not known.'],
  ['not run', 'not applicable', undefined],
  ['not applicable', 'not run', undefined],
  ['inconclusive', 'fail', 'a/one fails; before, it could not be decided: got 500; wanted 200'],
  ['inconclusive', 'pass', 'a/one passes now; before, that was not known.'],
  ['inconclusive', 'inconclusive', undefined],
  ['inconclusive', 'not run', undefined],
];

test.each(pairs)('one requirement: %s, then %s: %s', (was, is, text) => {
  const after = snapshot({ 'a/one': { outcome: is, digest: '', reason: 'got 500\nwanted 200' } });

  expect(changeSentences(snapshot({ 'a/one': was }), after)).toEqual(text === undefined ? [] : [text]);
});

test('one requirement: every pair of outcomes has words or none, and none throws', () => {
  for (const was of outcomeKinds) {
    for (const is of outcomeKinds) {
      const said = changeSentences(snapshot({ 'a/one': was }), snapshot({ 'a/one': is }));
      expect(said.length, `${was}, ${is}`).toBeLessThanOrEqual(1);
    }
  }
});

test('one requirement: a failure with another reason', () => {
  const failing = (digest: string) => snapshot({ 'a/one': { outcome: 'fail', digest, reason: 'other' } });

  expect(changeSentences(failing('1'), failing('2'))).toEqual(['a/one still fails, but differently: other']);
});

test('one requirement: another level', () => {
  const of = (level: 'must' | 'should') => snapshot({ 'a/one': { outcome: 'pass', digest: '', level } });

  expect(changeSentences(of('should'), of('must'))).toEqual(['a/one is a must now, before a should.']);
});

const ids = Array.from({ length: 15 }, (_, n) => `a/n${String(n).padStart(2, '0')}`);
const all = (outcome: OutcomeKind, reason?: (id: string) => string): Snapshot => {
  const of = (id: string) => ({ outcome, digest: '', ...(reason && { reason: reason(id) }) });
  return snapshot(Object.fromEntries(ids.map((id) => [id, of(id)])));
};

test('many at once: breaks are listed one by one, up to ten', () => {
  const said = changeSentences(all('pass'), all('fail'));

  expect(said).toHaveLength(11);
  expect(said[0]).toBe('a/n00 broke.');
  expect(said[10]).toBe('5 more broke: a/n10, a/n11, a/n12, a/n13 and 1 more.');
});

test('many at once: changes with one reason are listed together', () => {
  const named = 'a/n00, a/n01, a/n02, a/n03 and 11 more.';
  const notRun = all('not run', () => 'no viewer account');

  expect(changeSentences(all('pass'), notRun)).toEqual([
    `15 requirements were no longer run (no viewer account): ${named}`,
  ]);
  expect(changeSentences(all('fail'), all('pass'))).toEqual([`15 requirements were fixed: ${named}`]);
});

test('many at once: of as many reasons as requirements, ten are listed', () => {
  const open = all('inconclusive', (id) => `no answer to ${id}`);

  expect(changeSentences(all('pass'), open)).toHaveLength(11);
});

test('many at once: new and removed', () => {
  const before = snapshot({ 'a/one': 'pass', 'a/two': 'pass' });
  const after = snapshot({ 'a/two': 'pass', 'b/x': 'fail', 'b/y': 'pass' });

  expect(changeSentences(before, after)).toEqual([
    'b/x is new, and fails.',
    'b/y is new.',
    'a/one was part of the earlier run only.',
  ]);
});

test('the run as a whole', () => {
  const before = snapshot({});
  const run = { target: 'lab-8', release: '7.2.1', suite: '0.2.0', mode: 'read-only' };
  const after = snapshot({}, { ...run, gate: 'inconclusive', cause: 'Why.' });

  expect(changeSentences(before, after)).toEqual([
    'The verdict went from conforms to inconclusive: Why.',
    'The runs are on two targets: lab-7 and lab-8.',
    'The target is judged by release 7.2.1; before, by 7.1.2_u3.',
    'The run is read-only; before, it was full.',
    'The suite is version 0.2.0; before, it was 0.1.0: the suite itself may have caused a change.',
  ]);
});

const table = rows`
    acceptedSteps   | "[-1,+1]" | "[-3,+3]" | The accepted code window grew from ±1 to ±3 steps.
    acceptedSteps   | "[-1,+1]" | "[0,0]"   | The accepted code window shrank from ±1 step to the current step alone.
    acceptedSteps   | "[-1,0]"  | "[0,+1]"  | The accepted code window moved from -1 to 0 steps to 0 to +1 steps.
    acceptedSteps   | "[-1,+1]" | "none"    | Accepted steps was [-1,+1], and is none.
    clockOffsetMs   | 300       | -900
    clockOffsetMs   | 5400000   | "moved"
    clockOffsetMs   | 300       | 45000     | The target's clock is 45.0 s ahead of the runner's; before, it was in step with the runner's.
    clockOffsetMs   | 45000     | -5000     | The target's clock is 5.0 s behind the runner's; before, it was 45.0 s ahead of the runner's.
    throttleAfter   | null      | 10        | Wrong codes are throttled after 10 consecutive attempts; before, they were not throttled.
    throttleAfter   | 10        | null      | Wrong codes are not throttled; before, they were throttled after 10 consecutive attempts.
    credentialModes | {"B": "accepted", "C": "accepted"} | {"B": "not seen", "C": "accepted"} | The credential B is no longer accepted.
    credentialModes | {"B": "not seen"} | {"B": "accepted"} | The credential B is accepted now.
    patchSemantics      | "merge"        | "replace"      | Patch semantics was merge, and is replace.
    newKeyRetiresOlder  | true           | false          | New key retires older was yes, and is no.
    codeDigits          | 6              | 8              | Code digits grew from 6 to 8.
    mailDelayMs         | 300            | 700
    mailDelayMs         | 300            | 2100           | Mail delay grew from 300 ms to 2.1 s.
    mailDelayMs         | 20000          | 25000
    nested              | {"a":{"b": 1}} | {"a":{"b": 2}} | Nested a b grew from 1 to 2.
    same                | {"a": [1]}     | {"a": [1]}
    text                | "a\\nb"         | "c"            | Text was a b, and is c.`;

test.each(table)('facts in words: %s: %s, then %s', (name = '', was = '', is = '', text = '') => {
  const said = factChanges({ [name]: JSON.parse(was) }, { [name]: JSON.parse(is) });

  expect(said).toEqual(text === '' ? [] : [text]);
});

test('facts in words: a fact measured in one run only is no change', () => {
  expect(factChanges({ a: 1 }, { b: 2 })).toEqual([]);
  expect(factChanges({ credentialModes: {} }, { credentialModes: { Bearer: 'accepted' } })).toEqual([]);
});

test('reasons are compared without numbers and ids: numbers, ids, codes, white space', () => {
  expect(reasonDigest('no mail within 60 s to req-81fa2 \n at 12:00')).toBe(
    reasonDigest('no mail within 75 s to req-00c1f at 13:10'),
  );
});

test('reasons are compared without numbers and ids: words', () => {
  expect(reasonDigest('expected: a refusal')).not.toBe(reasonDigest('expected: success'));
  expect(reasonDigest('')).toBe('');
});

test('hostile texts stay on one line, cut, and harmless for a terminal', () => {
  const hostile = `\u001b[31mred\u202e <script>\n${'x'.repeat(10_000_000)}`;
  const failed = { outcome: 'fail', digest: '', reason: hostile } as const;
  const after = snapshot({ 'a/one': failed }, { facts: { f: hostile } });
  const before = snapshot({ 'a/one': 'pass' }, { facts: { f: '' } });
  const changes = changesBetween(before, after);
  const text = renderCompare(before, after, changes, [], 80);

  expect(changes.every((change) => change.text.length < 500 && !change.text.includes('\n'))).toBe(true);
  expect(text).toContain('\\u001b[31mred\\u202e <script>');
  for (const char of ['\u001b', '\u202e']) expect(text).not.toContain(char);
});

test('for a page: breaks, fixes, facts and others', () => {
  const before = snapshot({ 'a/one': 'pass', 'a/two': 'fail' }, { facts: { codeDigits: 6 } });
  const run = { facts: { codeDigits: 8 }, mode: 'read-only' };
  const after = snapshot({ 'a/one': 'fail', 'a/two': 'pass' }, run);

  expect(changesSince(runName(before), changesBetween(before, after))).toEqual({
    since: 'the run of 2026-11-24 02:00 UTC on release 7.1.2_u3',
    broke: ['a/one broke.'],
    mended: ['a/two was fixed.'],
    facts: ['Code digits grew from 6 to 8.'],
    other: ['The run is read-only; before, it was full.'],
  });
});
