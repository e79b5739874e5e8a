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
  const open = verdict({ [put]: 'pass', [login]: 'inconclusive' });
  const unusable = { way: 'unusable', by: '' } as const;

  test.each<[string, Verdict | undefined, Notice | undefined, ...Verdict[]]>([
    ['nothing in a verdict like the reference', reference, undefined],
    ['nothing in a part of it', verdict({ [put]: 'pass' }), undefined],
    [
      'red requirements first',
      verdict({ [put]: 'inconclusive', [login]: 'fail' }, { facts: { semantics: 'merge' } }),
      { way: 'red', by: login },
    ],
    ['undecided requirements that the reference decides', open, { way: 'undecided', by: login }],
    ['nothing undecided in one of the references too', open, undefined, open],
    ['a target without a verdict', undefined, unusable],
    ['a target that could not be used', verdict({ [put]: 'inconclusive', [login]: 'not run' }), unusable],
    [
      'a target that was not restored',
      verdict({ [put]: 'pass' }, { restored: false }),
      { way: 'not restored', by: '' },
    ],
  ])('notices %s', (_what, seen, notice, ...more) => {
    expect(seenIn(seen, reference, ...more)).toEqual(notice);
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
});
