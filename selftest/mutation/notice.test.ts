import { describe, expect, test } from 'vitest';
import type { OutcomeKind, Verdict } from '../../src/base/model/verdict.js';
import { measuredPrefix } from '../../src/verdict/derive/measured.js';
import { judgementWith } from '../detection/made-judgement.js';
import { type Notice, noticeIn } from './notice.js';

const [put, login] = ['mfa-config/put-answers-204', 'email-login/accepts-mailed-code'];
const subject = { name: 'some', faults: [], variants: [] };

function verdict(outcomes: Record<string, OutcomeKind>, more: Partial<Verdict> = {}): Verdict {
  const { verdict } = judgementWith(subject, outcomes);
  if (verdict === undefined) throw new Error('no verdict');
  return { ...verdict, ...more };
}
const seenIn = (verdict: Verdict | undefined, ...references: Verdict[]): Notice | undefined =>
  noticeIn(verdict, references, true);
const reference = verdict({ [put]: 'pass', [login]: 'pass' }, { facts: { semantics: 'replace', ms: 5 } });

describe('noticeIn', () => {
  test('notices nothing in a verdict like the reference or in a part of it', () => {
    expect(seenIn(reference, reference)).toBeUndefined();
    expect(seenIn(verdict({ [put]: 'pass' }), reference)).toBeUndefined();
  });

  test('notices red requirements first', () => {
    const seen = verdict({ [put]: 'inconclusive', [login]: 'fail' }, { facts: { semantics: 'merge' } });

    expect(seenIn(seen, reference)).toEqual({ way: 'red', by: login });
  });

  test('notices a different fact if the runs of the reference agree', () => {
    const again = verdict({ [put]: 'pass' }, { facts: { semantics: 'replace', ms: 6 } });
    const seen = (facts: Verdict['facts']) => seenIn(verdict({ [put]: 'pass' }, { facts }), reference, again);

    expect(seen({ semantics: 'replace', ms: 7 })).toBeUndefined();
    expect(seen({ semantics: 'merge', ms: 5 })).toEqual({ way: 'fact', by: 'semantics' });
    // With only some requirements, a fact may be incomplete.
    const part = verdict({ [put]: 'pass' }, { facts: { semantics: 'merge' } });
    expect(noticeIn(part, [reference, again], false)).toBeUndefined();
  });

  test('notices a requirement that measured something else', () => {
    const { outcomes, ...rest } = verdict({ [put]: 'pass', [login]: 'not applicable' });
    const measured = outcomes.map((each) => ({ ...each, reason: `${measuredPrefix}other` }));

    expect(seenIn({ ...rest, outcomes: measured }, reference)).toEqual({ way: 'fact', by: login });
    expect(seenIn({ ...rest, outcomes }, reference)).toBeUndefined();
  });

  test('notices undecided requirements that the reference decides', () => {
    const seen = verdict({ [put]: 'pass', [login]: 'inconclusive' });

    expect(seenIn(seen, reference)).toEqual({ way: 'undecided', by: login });
    expect(seenIn(seen, reference, seen)).toBeUndefined();
  });

  test('notices a target that could not be used or restored', () => {
    const untried = verdict({ [put]: 'inconclusive', [login]: 'not run' });
    const left = verdict({ [put]: 'pass' }, { restored: false });

    for (const each of [undefined, untried])
      expect(seenIn(each, reference)).toEqual({ way: 'unusable', by: '' });
    expect(seenIn(left, reference)).toEqual({ way: 'not restored', by: '' });
  });
});
