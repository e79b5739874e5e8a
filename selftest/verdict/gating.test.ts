import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { GateBy, RunResults } from '../../src/base/model/results.js';
import type { Gate, GatePolicy } from '../../src/base/model/verdict.js';
import { gateOf } from '../../src/cli/target-run/prepared.js';
import { renderSummary } from '../../src/reports/forms/summary.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { exitCode } from '../../src/verdict/derive/exit-code.js';
import { readVerdict } from '../../src/verdict/derive/read.js';
import { validateVerdict } from '../../src/verdict/derive/validate.js';
import { messageOf, temporaryFolder } from '../target/files.js';
import { runOf } from './sample.js';

const verdictOf = (words: string, change: Partial<RunResults> = {}) => deriveVerdict(runOf(words, change));

type Row = readonly [
  before: string | undefined,
  now: string,
  policy: GatePolicy,
  gate: Gate,
  exit: 0 | 1 | 3,
  cause?: RegExp | undefined,
  change?: Partial<RunResults>,
];

const no = 'does not conform';
const lost = /^Not run, though passed in the baseline: area\/two\.$/;
const strict = { options: { strict: true, requireComplete: false } };

const rows: readonly Row[] = [
  ['pass, pass', 'pass, pass', 'new', 'conforms', 0],
  ['pass, fail', 'pass, fail', 'new', no, 0],
  ['pass, fail', 'pass, fail', 'all', no, 1],
  ['pass, fail', 'fail, fail', 'new', no, 1],
  ['pass, fail', 'fail, fail', 'none', no, 0],
  ['pass, waived', 'pass, fail', 'new', no, 0],
  ['pass, inconclusive', 'pass, fail', 'new', no, 1],
  ['pass, absent', 'pass, fail', 'new', no, 1],
  // The only requirement failed before, too.
  ['fail', 'fail', 'new', no, 0],
  // A baseline excuses only failures.
  ['pass, inconclusive', 'pass, inconclusive', 'new', 'inconclusive', 3],
  ['pass, pass', 'pass, inconclusive', 'new', 'inconclusive', 3],
  ['pass, pass', 'pass, not run', 'new', 'inconclusive', 3, lost],
  ['pass, pass', 'pass, not run', 'all', 'inconclusive', 3, /area\/two/],
  ['pass, pass', 'pass, not run', 'none', 'inconclusive', 0, /area/],
  ['pass, pass', 'fail, not run', 'new', no, 1],
  ['fail, pass', 'fail, not run', 'new', no, 3],
  ['pass, pass', 'pass, not applicable', 'new', 'inconclusive', 3, /two/],
  ['pass, pass', 'pass, not applicable', 'new', 'conforms', 0, undefined, { release: '7.0' }],
  ['pass, fail', 'pass, not run', 'new', 'conforms', 0],
  // Here --grep has excluded the requirement.
  ['pass, pass', 'pass, absent', 'new', 'conforms', 0],
  ['pass, should pass', 'pass, should not run', 'new', 'conforms', 0],
  ['pass, should pass', 'pass, should not run', 'new', 'inconclusive', 3, /two/, strict],
  ['pass, should fail', 'pass, should fail', 'new', no, 0, /--strict/, strict],
  ['pass, should pass', 'pass, should fail', 'new', no, 1, /--strict/, strict],
  [undefined, 'fail', 'none', no, 0],
  [undefined, 'fail', 'all', no, 1],
  ['fail', 'fail', 'new', no, 3, /SIGINT/, { interrupted: 'SIGINT' }],
];

function gateBy(policy: GatePolicy, before: string | undefined): GateBy {
  return before === undefined
    ? { policy }
    : { policy, baseline: { file: 'b.json', verdict: verdictOf(before) } };
}

test.for<Row>(rows)(
  '%s, now %s, --gate %s: %s, exit %i',
  ([before, now, policy, gate, exit, cause, change]) => {
    const verdict = verdictOf(now, { gateBy: gateBy(policy, before), ...change });

    expect(verdict.gate).toBe(gate);
    expect(exitCode([verdict])).toBe(exit);
    expect(verdict.cause).toMatch(cause ?? /^$/);
    expect(validateVerdict(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict);
    expect(renderSummary(verdict, { colour: false, width: 100, outDir: 'x', files: [] })).toContain(
      `Exit code of this target: ${exit} (`,
    );
  },
);

test('new, known and lost results are named', () => {
  const by = gateBy('new', 'pass, fail, pass');

  expect(verdictOf('fail, fail, not run', { gateBy: by }).gating).toEqual({
    policy: 'new',
    result: 'fail',
    cause: '',
    baseline: {
      file: 'b.json',
      target: 'lab-7',
      release: '7.1.2_u3',
      startedAt: '2026-11-25T00:00:00.000Z',
      suiteVersion: '0.1.0',
    },
    newFailures: ['area/one'],
    knownFailures: ['area/two'],
    lost: ['area/three'],
    notes: [],
  });
});

const lab8 = { name: 'lab-8', baseUrl: 'https://h/v2', tlsInsecure: false };

test.each([
  ['is of another target: lab-8, not lab-7', verdictOf('pass', { target: lab8 })],
  ['is of another release: 7.0, not 7.1.2_u3', verdictOf('pass', { release: '7.0' })],
  ['is itself inconclusive: The run was cut short: SIGINT', verdictOf('pass', { interrupted: 'SIGINT' })],
  ['checked nothing: every failure is new against it', verdictOf('not run')],
])('a doubtful baseline is used and reported: it %s', (note, verdict) => {
  const { gating } = verdictOf('pass', { gateBy: { policy: 'new', baseline: { file: 'b', verdict } } });

  expect(gating?.notes).toEqual([`the baseline ${note}`]);
});

describe('reading a baseline', () => {
  const write = (text: string, name: string) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, name), text);
    return folder;
  };
  const good = JSON.stringify(verdictOf('pass'));

  test('a file of any name makes only new failures gate', () => {
    const baseline = join(write(good, 'base.json'), 'base.json');

    expect(gateOf({ baseline, gate: undefined }, 'lab-7')).toMatchObject({
      ...{ policy: 'new', baseline: { verdict: { gate: 'conforms' } } },
    });
  });

  test.each([
    [
      'of a newer schema',
      good.replace('"schemaVersion":1', '"schemaVersion":2'),
      /b\.json is not a valid verdict:\n {2}\/schemaVersion: must be 1, is 2: it is of a newer version of the suite/,
    ],
    [
      'of an older schema',
      good.replace('"schemaVersion":1', '"schemaVersion":0'),
      /must be 1, is 0: it is of an older version/,
    ],
    ['cut short', good.slice(0, 200), /b\.json is not a valid verdict:\n {2}no JSON/],
    ['that is empty', '', /no JSON/],
  ])('a file %s is refused by name', (_is, text, says) => {
    expect(messageOf(() => readVerdict(join(write(text, 'b.json'), 'b.json')))).toMatch(says);
  });

  test.each([
    ['a missing file', { baseline: 'none.json', gate: undefined }, /^none\.json: no such file$/],
    ['--gate new with nothing to compare with', { baseline: undefined, gate: 'new' }, /--baseline/],
  ] as const)('%s is refused', (_is, flags, says) => {
    expect(messageOf(() => gateOf(flags, 'lab'))).toMatch(says);
  });

  test('without a baseline, --gate alone decides', () => {
    expect(gateOf({ baseline: undefined, gate: undefined }, 'lab')).toBeUndefined();
    expect(gateOf({ baseline: undefined, gate: 'none' }, 'lab')).toEqual({ policy: 'none' });
  });
});
