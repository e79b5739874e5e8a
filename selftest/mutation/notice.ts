import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from '../../src/base/model/verdict.js';
import { measuredPrefix } from '../../src/verdict/derive/measured.js';

export type Way = 'red' | 'fact' | 'undecided' | 'not restored' | 'unusable' | 'does not start';

export interface Notice {
  readonly way: Way;
  readonly by: string;
}

/** Results in which the references differ don't count. @param whole whether all requirements were tried */
export function noticeIn(
  verdict: Verdict | undefined,
  verdicts: readonly Verdict[],
  whole: boolean,
): Notice | undefined {
  if (verdict === undefined) return { way: 'unusable', by: '' };
  // No requirement was judged: the run ended before the tests, because the target was unusable.
  if (verdict.outcomes.every(({ outcome }) => outcome === 'inconclusive' || outcome === 'not run'))
    return { way: 'unusable', by: '' };
  const fresh = (is: (outcome: Verdict['outcomes'][number]) => boolean): string | undefined => {
    const known = new Set(verdicts.flatMap(({ outcomes }) => outcomes.filter(is).map(({ id }) => id)));
    return verdict.outcomes.find((outcome) => is(outcome) && !known.has(outcome.id))?.id;
  };
  const red = fresh(({ outcome }) => outcome === 'fail');
  if (red !== undefined) return { way: 'red', by: red };
  const measured = fresh((of) => of.outcome === 'not applicable' && of.reason.startsWith(measuredPrefix));
  const fact = measured ?? (whole ? changedFact(verdict, verdicts) : undefined);
  if (fact !== undefined) return { way: 'fact', by: fact };
  const undecided = fresh(({ outcome }) => outcome === 'inconclusive');
  if (undecided !== undefined) return { way: 'undecided', by: undecided };
  return verdict.restored ? undefined : { way: 'not restored', by: '' };
}

/** The first fact that changed. Only facts count in which all reference runs agree, because times differ in each. */
function changedFact(verdict: Verdict, verdicts: readonly Verdict[]): string | undefined {
  const [first, ...others] = verdicts;
  if (first === undefined) return undefined;
  return Object.keys(verdict.facts).find((name) => {
    const value = first.facts[name];
    const steady =
      Object.hasOwn(first.facts, name) && others.every(({ facts }) => isDeepStrictEqual(facts[name], value));
    return steady && !isDeepStrictEqual(verdict.facts[name], value);
  });
}
