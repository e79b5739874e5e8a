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
  test('has nothing to say of exactly what was named', () => {
    expect(problems([put], { [put]: 'fail', [login]: 'pass' })).toEqual([]);
  });

  test('tells what stayed green', () => {
    expect(problems([put], { [put]: 'pass' })).toEqual([`not red: ${put}: pass because`]);
  });

  test('tells what turned red beside', () => {
    expect(problems([put], { [put]: 'fail', [login]: 'fail' })).toEqual([
      `red though not named: ${login}: fail because`,
    ]);
  });

  test('lets be inconclusive what goes through the broken operation', () => {
    expect(problems([put], { [put]: 'fail', [login]: 'inconclusive' }, ['UpdateMFAConfig'])).toEqual([]);
  });

  test('tells of what is inconclusive without touching the broken operation', () => {
    expect(problems([put], { [put]: 'fail', [mail]: 'inconclusive' }, ['GetMFAConfig'])).toEqual([
      `${mail}: inconclusive because`,
    ]);
  });

  test('lets be inconclusive what was not tried for what the broken operation answered', () => {
    const told = (operation: string) =>
      problemsOf(
        judgementWith(some, { [put]: 'inconclusive' }, [], `GET /${operation} answered a text.`),
        ['mfa-config/get-answers-200'],
        requirements,
      ).filter((problem) => problem.startsWith(put));

    expect(told('mfa-config')).toEqual([]);
    expect(told('support-user/mfa')).toHaveLength(1);
  });

  test('lets nothing be inconclusive in what conforms', () => {
    const judgement = judgementWith(asItIs, { [login]: 'inconclusive' });

    expect(problemsOf(judgement, [], requirements)).toEqual([`${login}: inconclusive because`]);
  });
});

test('in lanes, what a fault breaks must be red, and anything else may be', () => {
  const judged = (outcomes: Record<string, OutcomeKind>) =>
    problemsInLanes(judgementWith(some, outcomes), [put]);

  expect(judged({ [put]: 'fail', [login]: 'fail', [mail]: 'inconclusive' })).toEqual([]);
  expect(judged({ [put]: 'pass', [login]: 'fail' })).toEqual([`not red: ${put}: pass because`]);
});

describe('a run that ended with 2', () => {
  const said = [
    'one: conforms',
    'A secret (code) is in out/one/events.jsonl.',
    'Do not pass these files on.',
  ].join('\n');

  test('is the trouble of the target that it names, and of no other', () => {
    const troubles = ['one', 'one-more'].map((name) =>
      troubleOf(name, ['one', 'one-more'], { code: 2, said }),
    );

    expect(troubles).toEqual([['A secret (code) is in out/one/events.jsonl.'], []]);
  });

  test('is the trouble of all where it names none', () => {
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

function problems(fails: string[], outcomes: Record<string, OutcomeKind>, called: string[] = []): string[] {
  return problemsOf(judgementWith(some, outcomes, called), fails, requirements);
}
