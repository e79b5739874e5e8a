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

  test('hold none that turn red what another one does, or that touch the same operation', () => {
    const confused = groups.flatMap((group) =>
      group.flatMap((a, index) =>
        group.slice(index + 1).flatMap((b) => (areConfused(a, b) ? [[a.name, b.name]] : [])),
      ),
    );

    expect(confused).toEqual([]);
  });

  test('leave alone a fault that nearly every test would trip over', () => {
    const blind = fault('blind', 'support-mfa/get-answers-200');
    const other = fault('other', 'mfa-config/put-answers-204');

    expect(groupsOf([blind, other], requirements)).toEqual([[blind], [other]]);
  });

  test('are fewer by half than faults', () => {
    expect(groups.length).toBeLessThan(faults.length / 2);
  });

  test('are expected to turn red what their members do, in one emulator', () => {
    const group = groups.find((members) => members.length > 1) ?? [];
    const all = together(group, 'all');

    expect(all.fails).toEqual(group.flatMap(({ fails }) => fails));
    expect(all.faults).toHaveLength(group.length);
    expect(all.release).toBe(group[0]?.release);
  });
});

describe('what a group leaves unproven', () => {
  const [put, login, mail] = [
    'mfa-config/put-answers-204',
    'sessions/create-answers-201',
    'email-otp/answers-204',
  ];
  const [ofPut, ofLogin] = [fault('of-put', put), fault('of-login', login)];
  const group = [ofPut, ofLogin];
  const unproven = (outcomes: Record<string, OutcomeKind>) =>
    unprovenOf(group, judgementWith(together(group, 'both'), outcomes), requirements);

  test('is nothing where all turned red what they must', () => {
    expect(unproven({ [put]: 'fail', [login]: 'fail' })).toEqual([]);
  });

  test('is what another member hid', () => {
    expect(unproven({ [put]: 'fail', [login]: 'inconclusive' })).toEqual([ofLogin]);
  });

  test('is all where something is red that none names', () => {
    expect(unproven({ [put]: 'fail', [login]: 'fail', [mail]: 'fail' })).toEqual(group);
  });

  test('is all where something is inconclusive without a cause among them', () => {
    expect(unproven({ [put]: 'fail', [login]: 'fail', [mail]: 'inconclusive' })).toEqual(group);
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
