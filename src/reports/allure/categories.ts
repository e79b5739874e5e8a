import type { Outcome } from '../../base/model/verdict.js';

/** The label of an Allure result that names its category. */
export const categoryLabel = 'category';

/** The categories of problems, by the action that they need. Allure shows them in this order. */
export const categories = ['contract failure', 'advisory', 'inconclusive', 'waived'] as const;
export type Category = (typeof categories)[number];

/** Undefined for outcomes that need no action. */
export function categoryOf({ outcome, level }: Pick<Outcome, 'outcome' | 'level'>): Category | undefined {
  if (outcome === 'fail') return level === 'must' ? 'contract failure' : 'advisory';
  return outcome === 'inconclusive' || outcome === 'waived' ? outcome : undefined;
}
