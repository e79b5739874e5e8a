import type { Outcome } from '../../base/model/verdict.js';

/** The label of an Allure result that tells which category it is of. */
export const categoryLabel = 'category';

/** What is not a pass, told apart as people act on it. In the order in which Allure shows them. */
export const categories = ['contract failure', 'advisory', 'inconclusive', 'waived'] as const;
export type Category = (typeof categories)[number];

/** Undefined for what passed or was not tried. */
export function categoryOf({ outcome, level }: Pick<Outcome, 'outcome' | 'level'>): Category | undefined {
  if (outcome === 'fail') return level === 'must' ? 'contract failure' : 'advisory';
  return outcome === 'inconclusive' || outcome === 'waived' ? outcome : undefined;
}
