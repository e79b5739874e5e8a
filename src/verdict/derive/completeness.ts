import type { Gate, OutcomeKind, Verdict } from '../../base/model/verdict.js';

export type Completeness = Required<Pick<Verdict, 'complete' | 'checked' | 'applicable'>>;

/** Of the MUST requirements that apply to a target: how many there are, and how many the run checked. */
export function completenessOf({
  outcomes,
  selection,
}: Pick<Verdict, 'outcomes' | 'selection'>): Completeness {
  const musts = outcomes.filter(({ level, outcome }) => level === 'must' && outcome !== 'not applicable');
  const checked = musts.filter(({ outcome }) => wasChecked(outcome)).length;
  const applicable = musts.length + (selection?.leftOut ?? 0);
  return { complete: applicable > 0 && checked === applicable, checked, applicable };
}

export function wasChecked(outcome: OutcomeKind): boolean {
  return outcome === 'pass' || outcome === 'fail' || outcome === 'waived';
}

/** What is said of a target, in a word or two: it conforms only where every MUST requirement was checked. */
export type Word = Gate | 'no breach found';

/** A gate, and whether every MUST requirement was checked. */
export interface Judged {
  readonly gate: Gate;
  readonly complete: boolean;
}

export function wordOf({ gate, complete }: Judged): Word {
  return gate === 'conforms' && !complete ? 'no breach found' : gate;
}

/** The colour of a verdict: green is for what conforms alone. */
export const tones = {
  conforms: 'good',
  'no breach found': 'warn',
  inconclusive: 'warn',
  'does not conform': 'bad',
} as const satisfies Readonly<Record<Word, 'good' | 'warn' | 'bad'>>;
