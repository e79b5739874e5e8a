import { describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import type { OutcomeKind } from '../../src/base/model/verdict.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { groupsOf, together, unprovenOf } from './groups.js';
import { judgementWith } from './made-judgement.js';
import { type Expectation, expectationOfFault, operationsOf } from './problems.js';

const requirements = loadRequirements();
const groups = groupsOf(faults.map(expectationOfFault), requirements);

describe('groups of faults', () => {
  test('hold every fault once', () => {
    const grouped = groups.flat().flatMap((expectation) => expectation.faults);

    expect(grouped.sort()).toEqual(faults.map(({ id }) => id).sort());
  });

  test('hold no two that turn red one requirement or touch one operation', () => {
    const confused = groups.flatMap((group) =>
      group.flatMap((a, index) =>
        group.slice(index + 1).flatMap((b) => (areConfused(a, b) ? [[a.name, b.name]] : [])),
      ),
    );

    expect(confused).toEqual([]);
  });

  test('leave a fault that would break nearly every test by itself', () => {
    const blind = fault('blind', 'support-mfa/get-answers-200');
    const other = fault('other', 'mfa-config/put-answers-204');

    expect(groupsOf([blind, other], requirements)).toEqual([[blind], [other]]);
  });

  test('are fewer than half of the faults', () => {
    expect(groups.length).toBeLessThan(faults.length / 2);
  });

  test('turn red what their members do, in one emulator', () => {
    const group = groups.find((members) => members.length > 1) ?? [];
    const all = together(group, 'all');

    expect(all.fails).toEqual(group.flatMap(({ fails }) => fails));
    expect(all.faults).toHaveLength(group.length);
    expect(all.release).toBe(group[0]?.release);
  });
});

describe('what a group leaves unproven', () => {
  const [put, login] = ['mfa-config/put-answers-204', 'sessions/create-answers-201'];
  const mail = 'email-otp/answers-204';
  const [ofPut, ofLogin] = [fault('of-put', put), fault('of-login', login)];
  const group = [ofPut, ofLogin];

  test.each<[string, Record<string, OutcomeKind>, Expectation[]]>([
    ['nothing if all turned red what they must', { [put]: 'fail', [login]: 'fail' }, []],
    ['what another member hid', { [put]: 'fail', [login]: 'inconclusive' }, [ofLogin]],
    ['all if one is red that none names', { [put]: 'fail', [login]: 'fail', [mail]: 'fail' }, group],
    [
      'all if one is inconclusive without a cause among them',
      { [put]: 'fail', [login]: 'fail', [mail]: 'inconclusive' },
      group,
    ],
  ])('is %s', (_, outcomes, unproven) => {
    const judgement = judgementWith(together(group, 'both'), outcomes);

    expect(unprovenOf(group, judgement, requirements)).toEqual(unproven);
  });
});

function fault(id: string, fails: string): Expectation {
  return { name: id, faults: [id], variants: [], fails: [fails] };
}

function areConfused(a: Expectation, b: Expectation): boolean {
  const [ofA, ofB] = [operationsOf(a.fails, requirements), operationsOf(b.fails, requirements)];
  const sameOperation = ofA !== 'all' && ofB !== 'all' && [...ofA].some((operation) => ofB.has(operation));
  return sameOperation || a.fails.some((id) => b.fails.includes(id)) || a.release !== b.release;
}
