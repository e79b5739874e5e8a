import { describe, expect, test } from 'vitest';
import type { RawKind, RawOutcome, RunResults } from '../../src/base/model/results.js';
import { type Gate, type Level, levels, type OutcomeKind } from '../../src/base/model/verdict.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { validateVerdict } from '../../src/verdict/derive/validate.js';
import { exchange, planned, raw, results } from './sample.js';

/** `must fail` and the like: one requirement each; `missing` has no outcome at all. */
function run(words: readonly string[], change: Partial<RunResults> = {}): RunResults {
  const parts = words.map((word, index) => {
    const level: Level = levels.find((each) => word.startsWith(each)) ?? 'must';
    return { id: `area/n${index}`, level, kind: word.slice(level.length + 1) };
  });
  const isRaw = (kind: string): kind is RawKind => kind !== 'missing';
  return results({
    planned: parts.map(({ id, level }) => planned(id, { level })),
    raw: parts.flatMap(({ id, kind }) => (isRaw(kind) ? [raw(id, { kind })] : [])),
    ...change,
  });
}

const strict = { options: { strict: true, requireComplete: false } };
const complete = { options: { strict: false, requireComplete: true } };

interface Row {
  readonly of: readonly string[];
  readonly with?: Partial<RunResults>;
  readonly gate: Gate;
  readonly cause?: RegExp;
}

const rows: readonly Row[] = [
  { of: ['must pass'], gate: 'conforms' },
  { of: ['must pass', 'must fail'], gate: 'does not conform' },
  { of: ['must fail', 'must inconclusive'], gate: 'does not conform' },
  { of: ['must pass', 'must inconclusive'], gate: 'inconclusive' },
  { of: ['must pass', 'must not run'], gate: 'conforms' },
  { of: ['must pass', 'must not applicable'], gate: 'conforms' },
  { of: ['must pass', 'should fail'], gate: 'conforms' },
  { of: ['must pass', 'should inconclusive'], gate: 'conforms' },
  {
    of: ['must pass', 'should fail'],
    with: strict,
    gate: 'does not conform',
    cause: /^1 should requirement failed, .*--strict/,
  },
  {
    of: ['must pass', 'should inconclusive'],
    with: strict,
    gate: 'inconclusive',
    cause: /1 should .* inconclusive, .*--strict/,
  },
  { of: ['must fail', 'should fail'], with: strict, gate: 'does not conform' },
  { of: ['must pass', 'fact fail', 'fact inconclusive'], with: strict, gate: 'conforms' },
  { of: ['must inconclusive', 'should fail'], with: strict, gate: 'does not conform', cause: /--strict/ },
  { of: ['must pass', 'should not run'], with: strict, gate: 'conforms' },
  {
    of: ['must pass', 'must not run', 'must not run'],
    with: complete,
    gate: 'inconclusive',
    cause: /^2 must requirements not run, .*--require-complete/,
  },
  { of: ['must pass', 'should not run', 'must not applicable'], with: complete, gate: 'conforms' },
  { of: ['must fail', 'must not run'], with: complete, gate: 'does not conform' },
  { of: [], gate: 'inconclusive', cause: /^No must requirement was checked/ },
  { of: ['should pass'], gate: 'inconclusive', cause: /^No must requirement was checked/ },
  {
    of: ['must not run', 'must not applicable', 'should pass'],
    gate: 'inconclusive',
    cause: /^No must requirement was checked/,
  },
  {
    of: ['must pass', 'must missing'],
    gate: 'inconclusive',
    cause: /^The run was cut short: 1 planned requirement left no outcome\.$/,
  },
  { of: ['must pass', 'should missing'], gate: 'inconclusive', cause: /^The run was cut short/ },
  {
    of: ['must pass', 'must missing'],
    with: { interrupted: 'SIGINT' },
    gate: 'inconclusive',
    cause: /^The run was cut short: SIGINT\.$/,
  },
  {
    of: ['must pass'],
    with: { interrupted: 'SIGINT' },
    gate: 'inconclusive',
    cause: /^The run was cut short: SIGINT\.$/,
  },
  {
    of: ['must fail', 'must missing'],
    with: { interrupted: 'SIGINT' },
    gate: 'does not conform',
    cause: /SIGINT/,
  },
  {
    of: ['must missing', 'must missing'],
    with: { unusable: 'no route to the host.' },
    gate: 'inconclusive',
    cause: /^The target could not be used: no route to the host\.$/,
  },
];

test('a fact that is otherwise is told, and judged by nobody', () => {
  const { outcomes, summary } = deriveVerdict(
    results({
      planned: [planned('area/n0', { level: 'fact' })],
      raw: [raw('area/n0', { kind: 'fail', reason: 'expected: one\nactual: two' })],
    }),
  );

  expect(outcomes).toMatchObject([
    { level: 'fact', outcome: 'not applicable', reason: 'measured, not judged: expected: one\nactual: two' },
  ]);
  expect(summary).toMatchObject({ fail: 0, failShould: 0, notApplicable: 1 });
});

describe('the gate', () => {
  test.each(rows)('$of with $with: $gate', ({ of, with: change, gate, cause }) => {
    const verdict = deriveVerdict(run(of, change));

    expect(verdict.gate).toBe(gate);
    if (cause === undefined) expect(verdict.cause).toBe('');
    else expect(verdict.cause).toMatch(cause);
    expect(validateVerdict(verdict)).toBe(verdict);
  });

  test('an outcome that nobody planned is not lost', () => {
    const verdict = deriveVerdict(results({ raw: [raw('area/one'), raw('area/stray', { kind: 'fail' })] }));

    expect(verdict).toMatchObject({ gate: 'inconclusive', cause: expect.stringContaining('area/stray') });
  });
});

describe('the scope', () => {
  test.each([
    [['must pass', 'must fail'], 'full'],
    [['must pass', 'must not applicable'], 'full'],
    [['must pass', 'should not run'], 'full'],
    [['must pass', 'must not run'], 'partial'],
    [['must pass', 'must inconclusive'], 'partial'],
    [['should pass'], 'partial'],
  ] as const)('of %j is %s', (of, scope) => {
    expect(deriveVerdict(run(of)).scope).toBe(scope);
  });

  test('counts the musts that apply', () => {
    const verdict = deriveVerdict(
      run(['must pass', 'must fail', 'must not run', 'must not applicable', 'should pass']),
    );

    expect(verdict).toMatchObject({ complete: false, checked: 2, applicable: 3 });
  });
});

describe('several outcomes of one requirement', () => {
  const kinds: readonly RawKind[] = ['fail', 'inconclusive', 'not run', 'not applicable', 'pass'];
  const pairs = kinds.flatMap((worse, index) => kinds.slice(index).map((better) => [worse, better] as const));

  test.each(pairs)('%s and %s: the first holds, in either order', (worse, better) => {
    for (const order of [
      [worse, better],
      [better, worse],
    ] as const) {
      const verdict = deriveVerdict(results({ raw: order.map((kind) => raw('area/one', { kind })) }));
      expect(verdict.outcomes.map(({ outcome }) => outcome)).toEqual([worse]);
    }
  });

  test('reasons are joined, the worst first, each once; what passed says nothing', () => {
    const raws: RawOutcome[] = [
      raw('area/one', {
        kind: 'inconclusive',
        reason: 'no mail',
        reproduce: 'curl b',
        exchanges: [exchange('https://h/b')],
      }),
      raw('area/one', { kind: 'fail', reason: 'wanted 204\ngot 200', exchanges: [exchange('https://h/a')] }),
      raw('area/one', { kind: 'fail', reason: 'wanted 204\ngot 200', reproduce: 'curl a' }),
      raw('area/one', {
        kind: 'pass',
        reason: 'fine',
        reproduce: 'curl c',
        exchanges: [exchange('https://h/c')],
      }),
    ];

    const [outcome] = deriveVerdict(results({ raw: raws })).outcomes;

    expect(outcome).toMatchObject({
      outcome: 'fail',
      reason: 'wanted 204\ngot 200\nno mail',
      reproduce: 'curl a',
      durationMs: 40,
    });
    expect(outcome?.exchanges.map(({ request }) => request.url)).toEqual(['https://h/a', 'https://h/b']);
  });
});

describe('one outcome', () => {
  test('a pass keeps neither reason nor exchanges nor command', () => {
    const verdict = deriveVerdict(
      results({
        raw: [raw('area/one', { reason: 'as it must', reproduce: 'curl', exchanges: [exchange()] })],
      }),
    );

    expect(verdict.outcomes[0]).toMatchObject({ outcome: 'pass', reason: '', reproduce: '', exchanges: [] });
  });

  test.each(['fail', 'inconclusive', 'not run', 'not applicable'] as const)(
    '%s always has a reason',
    (kind) => {
      const verdict = deriveVerdict(
        results({ raw: [raw('area/one', { kind, reason: ' ', exchanges: [exchange()] })] }),
      );

      expect(verdict.outcomes[0]).toMatchObject({
        outcome: kind,
        reason: 'no reason was given',
        exchanges: [exchange()],
      });
    },
  );

  interface Decided {
    readonly plan: { readonly notRun?: string; readonly notApplicable?: string };
    readonly run: Partial<RunResults>;
    readonly outcome: OutcomeKind;
    readonly reason: string;
  }
  const decided: readonly Decided[] = [
    { plan: { notRun: 'no viewer' }, run: {}, outcome: 'not run', reason: 'no viewer' },
    { plan: { notApplicable: 'since 7.0' }, run: {}, outcome: 'not applicable', reason: 'since 7.0' },
    {
      plan: { notRun: 'no viewer', notApplicable: 'since 7.0' },
      run: {},
      outcome: 'not applicable',
      reason: 'since 7.0',
    },
    {
      plan: { notRun: 'no viewer' },
      run: { interrupted: 'SIGINT' },
      outcome: 'not run',
      reason: 'no viewer',
    },
    { plan: { notRun: 'no viewer' }, run: { unusable: 'down' }, outcome: 'not run', reason: 'no viewer' },
    { plan: {}, run: {}, outcome: 'inconclusive', reason: 'did not run: the run was cut short' },
    { plan: {}, run: { interrupted: 'SIGINT' }, outcome: 'inconclusive', reason: 'did not run: SIGINT' },
    { plan: {}, run: { unusable: 'down' }, outcome: 'inconclusive', reason: 'down' },
    { plan: {}, run: { unusable: 'down', interrupted: 'SIGINT' }, outcome: 'inconclusive', reason: 'down' },
  ];
  test.each(decided)(
    'planned with $plan in a run with $run: $outcome',
    ({ plan, run: change, outcome, reason }) => {
      const verdict = deriveVerdict(
        results({
          planned: [planned('area/one'), planned('area/two', plan)],
          ...change,
        }),
      );

      expect(verdict.outcomes[1]).toMatchObject({
        id: 'area/two',
        outcome,
        reason,
        exchanges: [],
        durationMs: 0,
      });
    },
  );

  test('what ran although the plan ruled it out counts as it came', () => {
    const verdict = deriveVerdict(
      results({
        planned: [planned('area/one', { notRun: 'no viewer' })],
        raw: [raw('area/one', { kind: 'fail' })],
      }),
    );

    expect(verdict).toMatchObject({
      gate: 'does not conform',
      outcomes: [{ outcome: 'fail', reason: 'fail it is' }],
    });
  });
});

describe('the whole', () => {
  test('counts must and should failures apart, and all adds up', () => {
    const words = [
      'must fail',
      'must fail',
      'should fail',
      'must pass',
      'must not run',
      'should not applicable',
      'must inconclusive',
    ];

    const { summary } = deriveVerdict(run(words));

    expect(summary).toEqual({
      planned: 7,
      pass: 1,
      fail: 2,
      failShould: 1,
      notRun: 1,
      notApplicable: 1,
      waived: 0,
      inconclusive: 1,
    });
  });

  test('keeps the order of the plan', () => {
    const verdict = deriveVerdict(
      results({
        planned: [planned('area/one'), planned('area/two')],
        raw: [raw('area/two'), raw('area/one')],
        restored: false,
        residue: ['a TOTP key of admin'],
      }),
    );

    expect(verdict.outcomes.map(({ id }) => id)).toEqual(['area/one', 'area/two']);
    expect(verdict).toMatchObject({
      restored: false,
      residue: ['a TOTP key of admin'],
      suite: { version: '0.1.0' },
    });
  });

  test.each<[string, Parameters<typeof results>[0], RegExp[]]>([
    ['nothing in a good run', {}, []],
    ['nothing of a clock that the suite moved', { facts: { clockOffsetMs: 'moved' } }, []],
    ['nothing of a clock that is 90 s off', { facts: { clockOffsetMs: -90_000 } }, []],
    ['a clock that is further ahead', { facts: { clockOffsetMs: 90_001 } }, [/clock is 90 s ahead of/]],
    ['one that is behind', { facts: { clockOffsetMs: -7_200_000 } }, [/clock is 7200 s behind/]],
    ['one that is not known', { facts: { clockOffsetMs: null } }, [/clock is not known: .*no Date header/]],
    [
      'accounts that need no code where others do',
      { facts: { accountsWithoutCode: ['viewer', 'other'] } },
      [/^accounts\.viewer logged in without a code .*mfaExempt: true$/, /^accounts\.other logged in/],
    ],
    [
      'TLS that was not verified, before what the target file is warned of',
      {
        target: { name: 'lab-7', baseUrl: 'https://h/v2', tlsInsecure: true },
        warnings: ['something'],
      },
      [/^TLS NOT VERIFIED/, /^something$/],
    ],
  ])('warns of %s', (_name, change, wanted) => {
    const { warnings } = deriveVerdict(results(change));

    expect(warnings).toEqual(wanted.map((text) => expect.stringMatching(text)));
  });

  test('changes nothing of what it was given, and says the same twice', () => {
    const input = run(['must pass', 'must fail', 'should not run']);
    const before = structuredClone(input);

    expect(deriveVerdict(input)).toEqual(deriveVerdict(input));
    expect(input).toEqual(before);
  });
});
