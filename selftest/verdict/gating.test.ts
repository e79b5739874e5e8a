import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { GatePolicy } from '../../src/base/model/gating.js';
import type { GateBy, RawKind, RunResults } from '../../src/base/model/results.js';
import type { Gate, Verdict } from '../../src/base/model/verdict.js';
import { gateOf } from '../../src/cli/baseline.js';
import { renderSummary } from '../../src/reports/forms/summary.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { exitCode } from '../../src/verdict/derive/exit-code.js';
import { readVerdict } from '../../src/verdict/derive/read.js';
import { validateVerdict } from '../../src/verdict/derive/validate.js';
import { messageOf, temporaryFolder } from '../target/files.js';
import { concerned } from '../waivers/sample.js';
import { planned, raw, results } from './sample.js';

/** A verdict on one requirement for each word: `pass`, `should fail`, `waived`; `absent` is not part of the run. */
function verdictOf(words: readonly string[], change: Partial<RunResults> = {}): Verdict {
  const parts = words.map((word, index) => {
    const kind = word.replace('should ', '');
    return { id: `area/n${index}`, kind, level: kind === word ? ('must' as const) : ('should' as const) };
  });
  const there = parts.filter(({ kind }) => kind !== 'absent');
  const isRaw = (kind: string): kind is RawKind => kind !== 'waived';
  return deriveVerdict(
    results({
      planned: there.map(({ id, level }) => planned(id, { level })),
      raw: there.map(({ id, kind }) => raw(id, { kind: isRaw(kind) ? kind : 'fail' })),
      waivers: [concerned({ fits: there.filter(({ kind }) => kind === 'waived').map(({ id }) => id) })],
      ...change,
    }),
  );
}

interface Row {
  readonly before?: readonly string[];
  readonly now: readonly string[];
  readonly policy: GatePolicy;
  readonly with?: Partial<RunResults>;
  readonly gate: Gate;
  readonly exit: 0 | 1 | 3;
  readonly cause?: RegExp;
}

const no = 'does not conform';
const strict = { options: { strict: true, requireComplete: false } };

const rows: readonly Row[] = [
  { before: ['pass', 'pass'], now: ['pass', 'pass'], policy: 'new', gate: 'conforms', exit: 0 },
  { before: ['pass', 'fail'], now: ['pass', 'fail'], policy: 'new', gate: no, exit: 0 },
  { before: ['pass', 'fail'], now: ['pass', 'fail'], policy: 'all', gate: no, exit: 1 },
  { before: ['pass', 'fail'], now: ['fail', 'fail'], policy: 'new', gate: no, exit: 1 },
  { before: ['pass', 'fail'], now: ['fail', 'fail'], policy: 'none', gate: no, exit: 0 },
  { before: ['pass', 'waived'], now: ['pass', 'fail'], policy: 'new', gate: no, exit: 0 },
  { before: ['pass', 'inconclusive'], now: ['pass', 'fail'], policy: 'new', gate: no, exit: 1 },
  { before: ['pass', 'absent'], now: ['pass', 'fail'], policy: 'new', gate: no, exit: 1 },
  // All that is known fails, but it was checked.
  { before: ['fail'], now: ['fail'], policy: 'new', gate: no, exit: 0 },
  // A baseline excuses failures only.
  {
    before: ['pass', 'inconclusive'],
    now: ['pass', 'inconclusive'],
    policy: 'new',
    gate: 'inconclusive',
    exit: 3,
  },
  { before: ['pass', 'pass'], now: ['pass', 'inconclusive'], policy: 'new', gate: 'inconclusive', exit: 3 },
  {
    before: ['pass', 'pass'],
    now: ['pass', 'not run'],
    policy: 'new',
    gate: 'inconclusive',
    exit: 3,
    cause: /^Not run, though passed in the baseline: area\/n1\.$/,
  },
  {
    before: ['pass', 'pass'],
    now: ['pass', 'not run'],
    policy: 'all',
    gate: 'inconclusive',
    exit: 3,
    cause: /area\/n1/,
  },
  {
    before: ['pass', 'pass'],
    now: ['pass', 'not run'],
    policy: 'none',
    gate: 'inconclusive',
    exit: 0,
    cause: /area/,
  },
  { before: ['pass', 'pass'], now: ['fail', 'not run'], policy: 'new', gate: no, exit: 1 },
  { before: ['fail', 'pass'], now: ['fail', 'not run'], policy: 'new', gate: no, exit: 3 },
  {
    before: ['pass', 'pass'],
    now: ['pass', 'not applicable'],
    policy: 'new',
    gate: 'inconclusive',
    exit: 3,
    cause: /n1/,
  },
  {
    before: ['pass', 'pass'],
    now: ['pass', 'not applicable'],
    policy: 'new',
    with: { release: '7.0' },
    gate: 'conforms',
    exit: 0,
  },
  { before: ['pass', 'fail'], now: ['pass', 'not run'], policy: 'new', gate: 'conforms', exit: 0 },
  // Left out by --grep.
  { before: ['pass', 'pass'], now: ['pass', 'absent'], policy: 'new', gate: 'conforms', exit: 0 },
  {
    before: ['pass', 'should pass'],
    now: ['pass', 'should not run'],
    policy: 'new',
    gate: 'conforms',
    exit: 0,
  },
  {
    before: ['pass', 'should pass'],
    now: ['pass', 'should not run'],
    policy: 'new',
    with: strict,
    gate: 'inconclusive',
    exit: 3,
    cause: /n1/,
  },
  {
    before: ['pass', 'should fail'],
    now: ['pass', 'should fail'],
    policy: 'new',
    with: strict,
    gate: no,
    exit: 0,
    cause: /--strict/,
  },
  {
    before: ['pass', 'should pass'],
    now: ['pass', 'should fail'],
    policy: 'new',
    with: strict,
    gate: no,
    exit: 1,
    cause: /--strict/,
  },
  { now: ['fail'], policy: 'none', gate: no, exit: 0 },
  { now: ['fail'], policy: 'all', gate: no, exit: 1 },
  {
    before: ['fail'],
    now: ['fail'],
    policy: 'new',
    with: { interrupted: 'SIGINT' },
    gate: no,
    exit: 3,
    cause: /SIGINT/,
  },
];

function gateBy(policy: GatePolicy, before: readonly string[] | undefined): GateBy {
  return before === undefined
    ? { policy }
    : { policy, baseline: { file: 'b.json', verdict: verdictOf(before) } };
}

test.each(rows)('$before, now $now, --gate $policy: $gate, exit $exit', (row) => {
  const verdict = verdictOf(row.now, { gateBy: gateBy(row.policy, row.before), ...row.with });

  expect(verdict.gate).toBe(row.gate);
  expect(exitCode([verdict])).toBe(row.exit);
  expect(verdict.cause).toMatch(row.cause ?? /^$/);
  expect(validateVerdict(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict);
  expect(renderSummary(verdict, { colour: false, width: 100, outDir: 'x', files: [] })).toContain(
    `Exit code of this target: ${row.exit} (`,
  );
});

test('what is new, what is known, and what was lost are named', () => {
  const by = gateBy('new', ['pass', 'fail', 'pass']);

  expect(verdictOf(['fail', 'fail', 'not run'], { gateBy: by }).gating).toEqual({
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
    newFailures: ['area/n0'],
    knownFailures: ['area/n1'],
    lost: ['area/n2'],
    notes: [],
  });
});

describe('a baseline that is hard to compare is used, and told', () => {
  const notesFor = (baseline: Verdict) =>
    verdictOf(['pass'], { gateBy: { policy: 'new', baseline: { file: 'b', verdict: baseline } } }).gating
      ?.notes;

  test.each<[string, Verdict, string]>([
    [
      'of another target',
      verdictOf(['pass'], { target: { name: 'lab-8', baseUrl: 'https://h/v2', tlsInsecure: false } }),
      'the baseline is of another target: lab-8, not lab-7',
    ],
    [
      'of another release',
      verdictOf(['pass'], { release: '7.0' }),
      'the baseline is of another release: 7.0, not 7.1.2_u3',
    ],
    [
      'cut short',
      verdictOf(['pass'], { interrupted: 'SIGINT' }),
      'the baseline is itself inconclusive: The run was cut short: SIGINT',
    ],
    [
      'that checked nothing',
      verdictOf(['not run']),
      'the baseline checked nothing: every failure is new against it',
    ],
  ])('%s', (_is, baseline, note) => {
    expect(notesFor(baseline)).toEqual([note]);
  });
});

describe('reading a baseline', () => {
  const write = (text: string, ...path: string[]) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, ...path.slice(0, -1)), { recursive: true });
    writeFileSync(join(folder, ...path), text);
    return folder;
  };
  const good = JSON.stringify(verdictOf(['pass']));

  test.each([
    ['the verdict of the target in a folder of a run', ['lab-7', 'verdict.json'], '.'],
    ['the verdict in a folder', ['verdict.json'], '.'],
    ['a file', ['base.json'], 'base.json'],
  ])('%s', (_is, path, named) => {
    const by = gateOf({ baseline: join(write(good, ...path), named), gate: undefined }, 'lab-7');

    expect(by).toMatchObject({ policy: 'new', baseline: { verdict: { gate: 'conforms' } } });
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
    ['that is something else', '{"a": 1}', /b\.json is not a valid verdict/],
    ['that is empty', '', /no JSON/],
  ])('a file %s is refused by name', (_is, text, says) => {
    expect(messageOf(() => readVerdict(join(write(text, 'b.json'), 'b.json')))).toMatch(says);
  });

  test('a file that is not there', () => {
    expect(messageOf(() => gateOf({ baseline: 'none.json', gate: undefined }, 'lab'))).toBe(
      'none.json: no such verdict',
    );
  });

  test('--gate new wants something to compare with', () => {
    expect(messageOf(() => gateOf({ baseline: undefined, gate: 'new' }, 'lab'))).toContain('--baseline');
  });

  test('without either flag the gate is as ever', () => {
    expect(gateOf({ baseline: undefined, gate: undefined }, 'lab')).toBeUndefined();
    expect(gateOf({ baseline: undefined, gate: 'none' }, 'lab')).toEqual({ policy: 'none' });
  });
});
