import { describe, expect, test } from 'vitest';
import type { RawKind, RawOutcome, RunResults } from '../../src/base/model/results.js';
import type { Gate, OutcomeKind } from '../../src/base/model/verdict.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { validateVerdict } from '../../src/verdict/derive/validate.js';
import { derived, exchange, planned, raw, type results, runOf } from './sample.js';

const strict = { options: { strict: true, requireComplete: false } };
const complete = { options: { strict: false, requireComplete: true } };

type Row = readonly [of: string, gate: Gate, cause?: RegExp | undefined, change?: Partial<RunResults>];

const no = 'does not conform';
const open = 'inconclusive';
const cut = { interrupted: 'SIGINT' };
const unchecked = /^No must requirement was checked/;

const rows: readonly Row[] = [
  ['must pass', 'conforms'],
  ['must pass, must fail', no],
  ['must fail, must inconclusive', no],
  ['must pass, must inconclusive', open],
  ['must pass, must not run', 'conforms'],
  ['must pass, must not applicable', 'conforms'],
  ['must pass, should fail', 'conforms'],
  ['must pass, should inconclusive', 'conforms'],
  ['must pass, should fail', no, /^1 should requirement failed, .*--strict/, strict],
  ['must pass, should inconclusive', open, /1 should .* inconclusive, .*--strict/, strict],
  ['must fail, should fail', no, undefined, strict],
  ['must pass, fact fail, fact inconclusive', 'conforms', undefined, strict],
  ['must inconclusive, should fail', no, /--strict/, strict],
  ['must pass, should not run', 'conforms', undefined, strict],
  ['pass, not run, not run', open, /^2 must requirements not run, .*--require-complete/, complete],
  ['must pass, should not run, must not applicable', 'conforms', undefined, complete],
  ['must fail, must not run', no, undefined, complete],
  ['', open, unchecked],
  ['should pass', open, unchecked],
  ['must not run, must not applicable, should pass', open, unchecked],
  ['must pass, must missing', open, /^The run was cut short: 1 planned requirement left no outcome\.$/],
  ['must pass, should missing', open, /^The run was cut short/],
  ['must pass, must missing', open, /^The run was cut short: SIGINT\.$/, cut],
  ['must pass', open, /^The run was cut short: SIGINT\.$/, cut],
  ['must fail, must missing', no, /SIGINT/, cut],
  [
    'must missing, must missing',
    open,
    /^The target could not be used: no route to the host\.$/,
    { unusable: 'no route to the host.' },
  ],
];

test('a different fact is reported and not judged', () => {
  const { outcomes, summary } = derived({
    planned: [planned('area/n0', { level: 'fact' })],
    raw: [raw('area/n0', { kind: 'fail', reason: 'expected: one\nactual: two' })],
  });

  expect(outcomes).toMatchObject([
    { level: 'fact', outcome: 'not applicable', reason: 'measured, not judged: expected: one\nactual: two' },
  ]);
  expect(summary).toMatchObject({ fail: 0, failShould: 0, notApplicable: 1 });
});

test.for<Row>(rows)('the gate: %s: %s', ([of, gate, cause, change]) => {
  const verdict = deriveVerdict(runOf(of, change));

  expect(verdict.gate).toBe(gate);
  expect(verdict.cause).toMatch(cause ?? /^$/);
  expect(validateVerdict(verdict)).toBe(verdict);
});

test('the gate: an unplanned outcome is not lost', () => {
  const verdict = derived({ raw: [raw('area/one'), raw('area/stray', { kind: 'fail' })] });

  expect(verdict).toMatchObject({ gate: 'inconclusive', cause: expect.stringContaining('area/stray') });
});

test.each([
  ['must pass, must fail', 'full'],
  ['must pass, must not applicable', 'full'],
  ['must pass, should not run', 'full'],
  ['must pass, must not run', 'partial'],
  ['must pass, must inconclusive', 'partial'],
  ['should pass', 'partial'],
])('the scope of %j is %s', (of, scope) => {
  expect(deriveVerdict(runOf(of)).scope).toBe(scope);
});

test('the scope counts the musts that apply', () => {
  const verdict = deriveVerdict(runOf('pass, fail, not run, not applicable, should pass'));

  expect(verdict).toMatchObject({ complete: false, checked: 2, applicable: 3 });
});

describe('several outcomes of one requirement', () => {
  const kinds: readonly RawKind[] = ['fail', 'inconclusive', 'not run', 'not applicable', 'pass'];
  const pairs = kinds.flatMap((worse, index) => kinds.slice(index).map((better) => [worse, better] as const));

  test.each(pairs)('%s and %s: the first holds, in either order', (worse, better) => {
    const outcomesOf = (...order: readonly RawKind[]) =>
      derived({ raw: order.map((kind) => raw('area/one', { kind })) }).outcomes.map(({ outcome }) => outcome);

    expect([outcomesOf(worse, better), outcomesOf(better, worse)]).toEqual([[worse], [worse]]);
  });

  test('reasons are joined, the worst first, each once; passes have none', () => {
    const by = (name: string) => ({ reproduce: `curl ${name}`, exchanges: [exchange(`https://h/${name}`)] });
    const raws: RawOutcome[] = [
      raw('area/one', { kind: 'inconclusive', reason: 'no mail', ...by('b') }),
      raw('area/one', { kind: 'fail', reason: 'wanted 204\ngot 200', exchanges: [exchange('https://h/a')] }),
      raw('area/one', { kind: 'fail', reason: 'wanted 204\ngot 200', reproduce: 'curl a' }),
      raw('area/one', { kind: 'pass', reason: 'fine', ...by('c') }),
    ];

    const [outcome] = derived({ raw: raws }).outcomes;

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
    const verdict = derived({
      raw: [raw('area/one', { reason: 'as it must', reproduce: 'curl', exchanges: [exchange()] })],
    });

    expect(verdict.outcomes[0]).toMatchObject({ outcome: 'pass', reason: '', reproduce: '', exchanges: [] });
  });

  test.each(['fail', 'inconclusive', 'not run', 'not applicable'] as const)('%s has a reason', (kind) => {
    const exchanges = [exchange()];
    const { outcomes } = derived({ raw: [raw('area/one', { kind, reason: ' ', exchanges })] });

    expect(outcomes[0]).toMatchObject({ outcome: kind, reason: 'no reason was given', exchanges });
  });

  type Plan = { readonly notRun?: string; readonly notApplicable?: string };
  const skipped = { notRun: 'no viewer' };

  test.each<[Plan, Partial<RunResults>, OutcomeKind, string]>([
    [skipped, {}, 'not run', 'no viewer'],
    [{ notApplicable: 'since 7.0' }, {}, 'not applicable', 'since 7.0'],
    [{ ...skipped, notApplicable: 'since 7.0' }, {}, 'not applicable', 'since 7.0'],
    [skipped, cut, 'not run', 'no viewer'],
    [skipped, { unusable: 'down' }, 'not run', 'no viewer'],
    [{}, {}, 'inconclusive', 'did not run: the run was cut short'],
    [{}, cut, 'inconclusive', 'did not run: SIGINT'],
    [{}, { unusable: 'down' }, 'inconclusive', 'down'],
    [{}, { unusable: 'down', ...cut }, 'inconclusive', 'down'],
  ])('planned with %j in a run with %j: %s', (plan, change, outcome, reason) => {
    const verdict = derived({ planned: [planned('area/one'), planned('area/two', plan)], ...change });

    const nothing = { exchanges: [], durationMs: 0 };
    expect(verdict.outcomes[1]).toMatchObject({ id: 'area/two', outcome, reason, ...nothing });
  });

  test('a test that ran against the plan counts', () => {
    const verdict = derived({
      planned: [planned('area/one', { notRun: 'no viewer' })],
      raw: [raw('area/one', { kind: 'fail' })],
    });

    expect(verdict).toMatchObject({ gate: no, outcomes: [{ outcome: 'fail', reason: 'fail it is' }] });
  });
});

describe('the whole', () => {
  test('counts must and should failures separately, and all adds up', () => {
    const words = 'fail, fail, should fail, pass, not run, should not applicable, inconclusive';

    expect(deriveVerdict(runOf(words)).summary).toEqual({
      ...{ planned: 7, pass: 1, fail: 2, failShould: 1, waived: 0 },
      ...{ notRun: 1, notApplicable: 1, inconclusive: 1 },
    });
  });

  test('keeps the order of the plan', () => {
    const kept = { restored: false, residue: ['a TOTP key of admin'] };
    const [one, two] = ['area/one', 'area/two'] as const;
    const verdict = derived({ planned: [planned(one), planned(two)], raw: [raw(two), raw(one)], ...kept });

    expect(verdict.outcomes.map(({ id }) => id)).toEqual([one, two]);
    expect(verdict).toMatchObject({ ...kept, suite: { version: '0.1.0' } });
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
      'TLS that was not verified, before warnings about the target file',
      { target: { name: 'lab-7', baseUrl: 'https://h/v2', tlsInsecure: true }, warnings: ['something'] },
      [/^TLS NOT VERIFIED/, /^something$/],
    ],
  ])('warns of %s', (_name, change, wanted) => {
    const { warnings } = derived(change);

    expect(warnings).toEqual(wanted.map((text) => expect.stringMatching(text)));
  });

  test('leaves its input unchanged and is deterministic', () => {
    const input = runOf('pass, fail, should not run');
    const before = structuredClone(input);

    expect(deriveVerdict(input)).toEqual(deriveVerdict(input));
    expect(input).toEqual(before);
  });
});
