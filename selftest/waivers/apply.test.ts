import { describe, expect, test } from 'vitest';
import type { RawKind, RunResults } from '../../src/base/model/results.js';
import type { Gate, OutcomeKind } from '../../src/base/model/verdict.js';
import type { ConcernedWaiver, Waiver, WaiverState } from '../../src/base/model/waiver.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { validateVerdict } from '../../src/verdict/derive/validate.js';
import { concernedWaivers, releasesText, type WaiverScope } from '../../src/verdict/waivers/apply.js';
import { planned, raw, results } from '../verdict/sample.js';
import { concerned, waiver } from './sample.js';

describe('which waivers are for a run', () => {
  const scope: WaiverScope = {
    target: 'lab-7',
    release: '7.1',
    today: '2026-11-25',
    catalogue: [{ id: 'totp-login/refuses-replay' }, { id: 'totp-key/answers-201', since: '7.2.1' }],
  };
  const rows: readonly (readonly [
    is: string,
    change: Partial<Waiver>,
    expected: Partial<ConcernedWaiver> | undefined,
  ])[] = [
    [
      'one id',
      { requirement: 'totp-login/refuses-replay' },
      { fits: ['totp-login/refuses-replay'], unknown: false },
    ],
    ['a pattern', { requirement: 'totp-*' }, { fits: ['totp-login/refuses-replay'], unknown: false }],
    ['an id that holds for later releases only', { requirement: 'totp-key/*' }, { fits: [], unknown: false }],
    ['no id of the catalogue', { requirement: 'totp-login/refuses' }, { fits: [], unknown: true }],
    ['this target', { target: 'lab-7' }, {}],
    ['such targets', { target: 'lab-*' }, {}],
    ['another target', { target: 'lab' }, undefined],
    ['this release', { releases: { since: '7.1', until: '7.1' } }, {}],
    ['older releases', { releases: { until: '7.0' } }, undefined],
    ['newer releases', { releases: { since: '7.1.2_u3' } }, undefined],
    ['its last day', { expires: '2026-11-25' }, { expired: false }],
    ['the day after it', { expires: '2026-11-24' }, { expired: true }],
  ];

  test.each(rows)('%s', (_is, change, wanted) => {
    const [found] = concernedWaivers([waiver(change)], scope);

    if (wanted === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(wanted);
  });

  test.each([
    [{ since: '7.1', until: '7.2.1' }, '7.1 to 7.2.1'],
    [{ since: '7.1', until: '7.1' }, '7.1'],
    [{ since: '7.1' }, 'from 7.1 on'],
    [{ until: '7.1' }, 'up to 7.1'],
  ] as const)('%j in words', (releases, text) => {
    expect(releasesText({ releases })).toBe(text);
  });
});

interface Row {
  readonly of: readonly (RawKind | 'missing')[];
  readonly waiver?: Partial<ConcernedWaiver>;
  readonly with?: Partial<RunResults>;
  readonly outcomes: readonly OutcomeKind[];
  readonly state: WaiverState;
  readonly gate: Gate;
  readonly cause?: string;
}

const both = { requirement: 'area/*', fits: ['area/one', 'area/two'] };
const warn = { options: { strict: false, requireComplete: false, waiverProblems: 'warn' } } as const;

const rows: readonly Row[] = [
  { of: ['fail'], outcomes: ['waived'], state: 'in use', gate: 'conforms' },
  {
    of: ['inconclusive'],
    outcomes: ['inconclusive'],
    state: 'undecided',
    gate: 'inconclusive',
    cause: 'No must requirement was checked',
  },
  {
    of: ['missing'],
    outcomes: ['inconclusive'],
    state: 'undecided',
    gate: 'inconclusive',
    cause: 'cut short',
  },
  {
    of: ['pass'],
    outcomes: ['pass'],
    state: 'no longer needed',
    gate: 'does not conform',
    cause: 'its requirement passes',
  },
  { of: ['pass'], with: warn, outcomes: ['pass'], state: 'no longer needed', gate: 'conforms' },
  { of: ['not run', 'pass'], outcomes: ['not run', 'pass'], state: 'undecided', gate: 'conforms' },
  {
    of: ['not applicable', 'pass'],
    outcomes: ['not applicable', 'pass'],
    state: 'undecided',
    gate: 'conforms',
  },
  {
    of: ['fail'],
    waiver: { expired: true, expires: '2026-11-01' },
    outcomes: ['fail'],
    state: 'expired',
    gate: 'does not conform',
    cause: 'expired on 2026-11-01',
  },
  {
    of: ['pass'],
    waiver: { expired: true },
    outcomes: ['pass'],
    state: 'expired',
    gate: 'does not conform',
    cause: 'The waiver of area/one (Ana) expired',
  },
  {
    of: ['pass'],
    waiver: { expired: true },
    with: warn,
    outcomes: ['pass'],
    state: 'expired',
    gate: 'conforms',
  },
  // Another part of the catalogue was asked for.
  {
    of: ['pass'],
    waiver: { expired: true, fits: ['area/else'] },
    outcomes: ['pass'],
    state: 'undecided',
    gate: 'conforms',
  },
  {
    of: ['pass'],
    waiver: { fits: ['area/one', 'area/else'] },
    outcomes: ['pass'],
    state: 'undecided',
    gate: 'conforms',
  },
  {
    of: ['pass'],
    waiver: { requirement: 'area/on', fits: [], unknown: true },
    outcomes: ['pass'],
    state: 'unmatched',
    gate: 'does not conform',
    cause: 'The waiver of area/on (Ana) matches no requirement.',
  },
  { of: ['pass', 'fail'], waiver: both, outcomes: ['pass', 'waived'], state: 'in use', gate: 'conforms' },
  {
    of: ['pass', 'inconclusive'],
    waiver: both,
    outcomes: ['pass', 'inconclusive'],
    state: 'undecided',
    gate: 'inconclusive',
  },
  {
    of: ['pass', 'not applicable'],
    waiver: both,
    outcomes: ['pass', 'not applicable'],
    state: 'no longer needed',
    gate: 'does not conform',
    cause: 'all its requirements pass',
  },
  { of: ['fail', 'fail'], outcomes: ['waived', 'fail'], state: 'in use', gate: 'does not conform' },
  {
    of: ['missing'],
    waiver: { expired: true },
    with: { unusable: 'no route to the host' },
    outcomes: ['inconclusive'],
    state: 'expired',
    gate: 'inconclusive',
    cause: 'no route to the host; the waiver',
  },
];

describe('what comes of a waiver', () => {
  test.each(rows)('$of with $waiver $with: $outcomes, $state, $gate', (row) => {
    const ids = ['area/one', 'area/two'].slice(0, row.of.length);
    const verdict = deriveVerdict(
      results({
        planned: ids.map((id) => planned(id)),
        raw: ids.flatMap((id, index) => {
          const kind = row.of[index] ?? 'missing';
          return kind === 'missing' ? [] : [raw(id, { kind })];
        }),
        waivers: [concerned(row.waiver)],
        ...row.with,
      }),
    );

    expect(verdict.outcomes.map(({ outcome }) => outcome)).toEqual(row.outcomes);
    expect(verdict.waivers?.map(({ state }) => state)).toEqual([row.state]);
    expect(verdict.gate).toBe(row.gate);
    if (row.cause === undefined) expect(verdict.cause).toBe('');
    else expect(verdict.cause).toContain(row.cause);
    expect(validateVerdict(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict);
  });

  test('a waived failure keeps its reason and its evidence, and says who answers for it', () => {
    const failed = raw('area/one', { kind: 'fail', reason: 'expected: a\nactual: b', reproduce: 'curl x' });
    const [outcome] = deriveVerdict(results({ raw: [failed], waivers: [concerned()] })).outcomes;

    expect(outcome).toMatchObject({
      outcome: 'waived',
      reason: 'expected: a\nactual: b',
      reproduce: 'curl x',
      waiver: {
        reason: 'known since the last release',
        owner: 'Ana',
        issue: 'https://issues.example/7',
        expires: '2026-12-31',
      },
    });
  });

  test('an expired waiver does not stand in the way of one that holds', () => {
    const waivers = [concerned({ expired: true }), concerned({ owner: 'Ben' })];
    const verdict = deriveVerdict(results({ raw: [raw('area/one', { kind: 'fail' })], waivers, ...warn }));

    expect(verdict.outcomes[0]?.waiver?.owner).toBe('Ben');
    expect(verdict.waivers?.map(({ state }) => state)).toEqual(['expired', 'in use']);
  });

  test('without a waivers file nothing is said of waivers', () => {
    expect(deriveVerdict(results())).not.toHaveProperty('waivers');
  });
});
