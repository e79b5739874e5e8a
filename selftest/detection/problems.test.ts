import { describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import type { OutcomeKind } from '../../src/base/model/verdict.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { judgementWith } from './made-judgement.js';
import { troubleOf } from './matrix.js';
import { asItIs, neverRed, problemsInLanes, problemsOf } from './problems.js';

const requirements = loadRequirements();
const put = 'mfa-config/put-answers-204';
const mail = 'send-email-otp/answers-204';
const login = 'sessions/create-answers-201';
const some = { name: 'fault--some', faults: ['some'], variants: [] };

describe('problemsOf', () => {
  const red: Record<string, OutcomeKind> = { [put]: 'fail', [login]: 'fail' };
  const open: Record<string, OutcomeKind> = { [put]: 'fail', [login]: 'inconclusive' };

  test.each<[string, Record<string, OutcomeKind>, string[], string?]>([
    ['has nothing to say of exactly what was named', { [put]: 'fail', [login]: 'pass' }, []],
    ['tells what stayed green', { [put]: 'pass' }, [], `not red: ${put}: pass because`],
    ['tells what else is red', red, [], `red though not named: ${login}: fail because`],
    ['allows inconclusive for what uses the broken operation', open, ['UpdateMFAConfig']],
    [
      'tells what is inconclusive without using the broken operation',
      { [put]: 'fail', [mail]: 'inconclusive' },
      ['GetMFAConfig'],
      `${mail}: inconclusive because`,
    ],
  ])('%s', (_, outcomes, called, problem) => {
    const problems = problemsOf(judgementWith(some, outcomes, called), [put], requirements);

    expect(problems).toEqual(problem === undefined ? [] : [problem]);
  });

  test('allows inconclusive for what an answer of the broken operation stopped early', () => {
    const told = (operation: string) =>
      problemsOf(
        judgementWith(some, { [put]: 'inconclusive' }, [], `GET /${operation} answered a text.`),
        ['mfa-config/get-answers-200'],
        requirements,
      ).filter((problem) => problem.startsWith(put));

    expect(told('mfa-config')).toEqual([]);
    expect(told('support-user/mfa')).toHaveLength(1);
  });

  test('allows nothing inconclusive for a conforming target', () => {
    const judgement = judgementWith(asItIs, { [login]: 'inconclusive' });

    expect(problemsOf(judgement, [], requirements)).toEqual([`${login}: inconclusive because`]);
  });
});

test('in lanes, what a fault breaks must be red, and all else may be', () => {
  const judged = (outcomes: Record<string, OutcomeKind>) =>
    problemsInLanes(judgementWith(some, outcomes), [put]);

  expect(judged({ [put]: 'fail', [login]: 'fail', [mail]: 'inconclusive' })).toEqual([]);
  expect(judged({ [put]: 'pass', [login]: 'fail' })).toEqual([`not red: ${put}: pass because`]);
});

describe('a run that ended with 2', () => {
  const secret = 'A secret (code) is in out/one/events.jsonl.';
  const said = `one: conforms\n${secret}\nDo not pass these files on.`;

  test('is the trouble of the target that it names, and of no other', () => {
    const troubles = ['one', 'one-more'].map((name) =>
      troubleOf(name, ['one', 'one-more'], { code: 2, said }),
    );

    expect(troubles).toEqual([[secret], []]);
  });

  test('is the trouble of all if it names none', () => {
    expect(troubleOf('one', ['one', 'two'], { code: 2, said: 'The disk is full.' })).toEqual([
      'the run ended with 2',
      'The disk is full.',
    ]);
  });

  test('is a problem, as is a target without a verdict', () => {
    const judgement = { ...judgementWith(asItIs, {}), trouble: ['A secret.'], verdict: undefined };

    expect(problemsOf(judgement, [], requirements)).toEqual(['A secret.', 'the run gave no verdict']);
  });
});

test('neverRed names what no fault names', () => {
  const without = faults.map((fault) => ({ ...fault, fails: fault.fails.filter((id) => id !== put) }));

  expect(neverRed(without, requirements)).toEqual([put]);
});
