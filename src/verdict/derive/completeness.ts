import type { Gate, OutcomeKind, Verdict } from '../../base/model/verdict.js';

export function completenessOf({ outcomes, selection }: Pick<Verdict, 'outcomes' | 'selection'>) {
  const musts = outcomes.filter(({ level, outcome }) => level === 'must' && outcome !== 'not applicable');
  const checked = musts.filter(({ outcome }) => wasChecked(outcome)).length;
  const applicable = musts.length + (selection?.leftOut ?? 0);
  return { complete: applicable > 0 && checked === applicable, checked, applicable };
}

export function wasChecked(outcome: OutcomeKind): boolean {
  return outcome === 'pass' || outcome === 'fail' || outcome === 'waived';
}

/** `conforms` means that the run also checked every `must` requirement. */
export type ShortVerdict = Gate | 'no breach found';

export interface Judged {
  readonly gate: Gate;
  readonly complete: boolean;
}

export function shortVerdict({ gate, complete }: Judged): ShortVerdict {
  return gate === 'conforms' && !complete ? 'no breach found' : gate;
}

export const tones = {
  conforms: 'good',
  'no breach found': 'warn',
  inconclusive: 'warn',
  'does not conform': 'bad',
} as const satisfies Readonly<Record<ShortVerdict, 'good' | 'warn' | 'bad'>>;
