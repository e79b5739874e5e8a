import { defined } from '../../base/defined.js';
import type { Cause, Outcome, Verdict } from '../../base/model/verdict.js';
import { counted, shortened } from '../../base/words.js';
import { causesOf } from '../../verdict/derive/causes.js';

export interface Trouble {
  readonly text: string;
  /** The failure that shows the cause; absent if the cause only left requirements undecided. */
  readonly failure?: Outcome;
  readonly follows: readonly Outcome[];
}

/** Returns the causes in a verdict of any version. Causes of a failed `must` come first. */
export function troublesOf({
  outcomes,
  causes = causesOf(outcomes),
}: Pick<Verdict, 'outcomes' | 'causes'>): Trouble[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  return causes.map(({ text, id, follows }: Cause) =>
    defined({ text, failure: byId.get(id ?? ''), follows: follows.flatMap((each) => byId.get(each) ?? []) }),
  );
}

export function followWords(count: number): string {
  return count === 1 ? '1 other follows from it' : `${count} others follow from it`;
}

const namedIds = 4;

/** Maps ids of outcomes to a sentence on a cause that they share with other outcomes. */
export function causeSentences(verdict: Pick<Verdict, 'outcomes' | 'causes'>): ReadonlyMap<string, string> {
  const sentences = new Map<string, string>();
  for (const { text, failure, follows } of troublesOf(verdict)) {
    if (follows.length > 0 && failure !== undefined)
      sentences.set(failure.id, `${followWords(follows.length)}: ${namesOf(follows)}`);
    for (const { id } of follows) {
      const others = follows.filter((each) => each.id !== id);
      if (failure !== undefined) sentences.set(id, `follows from ${failure.id}: ${text}`);
      else if (others.length > 0) sentences.set(id, `by the same cause as ${namesOf(others)}: ${text}`);
    }
  }
  return sentences;
}

export function namesOf(outcomes: readonly Outcome[]): string {
  const ids = outcomes.map(({ id }) => id);
  return shortened(ids, namedIds);
}

type FailedTrouble = Trouble & { readonly failure: Outcome };

export const isFailed = (trouble: Trouble): trouble is FailedTrouble => trouble.failure !== undefined;

/** Selects failures that `isCounted` accepts. Reports list the others elsewhere. */
export function failuresOf(troubles: readonly Trouble[], isCounted = (_outcome: Outcome) => true) {
  const failed = troubles
    .filter(isFailed)
    .filter(({ failure, follows }) => [failure, ...follows.filter(hasFailed)].some(isCounted));
  const isAlone = ({ failure, follows }: FailedTrouble) => failure.level === 'should' && follows.length === 0;
  const leading = failed.filter((trouble) => !isAlone(trouble));
  const advisory = failed.filter(isAlone).map(({ failure }) => failure);
  const all = leading.flatMap(({ failure, follows }) => [failure, ...follows]).filter(isCounted);
  const counts = (['must', 'should', 'fact'] as const).map(
    (level) => [all.filter((each) => each.level === level && hasFailed(each)).length, level] as const,
  );
  const waived = all.filter(({ outcome }) => outcome === 'waived').length;
  const parts = [...counts, [waived, 'waived'] as const].filter(([count]) => count > 0);
  const listed = parts.reduce((sum, [count]) => sum + count, 0);
  const causes = listed === leading.length ? '' : `, by ${counted(leading.length, 'cause')}`;
  const isAdvisory = parts.length > 0 && parts.every(([, word]) => word === 'should');
  const lead = isAdvisory ? 'Failed, advisory' : 'Failed';
  // Distinguishes the second heading if the first begins with "Failed, advisory" too.
  const alone = isAdvisory ? ', each by a cause of its own' : '';
  return {
    heading: `${lead}: ${parts.map(([count, word]) => `${count} ${word}`).join(', ')}${causes}`,
    // The failures to list in full: those of level `must`, and those from which other outcomes follow.
    leading,
    advisory,
    advisoryHeading: `Failed, advisory${alone}: ${advisory.length} should`,
  };
}

const hasFailed = ({ outcome }: Outcome) => outcome === 'fail';

/** Returns how an outcome differs from a failed `must`: ` (should, waived)`. Empty for a failed `must`. */
export function differenceFromMust({ level, outcome }: Outcome): string {
  const words = [...(level === 'must' ? [] : [level]), ...(outcome === 'waived' ? ['waived'] : [])];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

/** Returns the causes of undecided requirements. Those that follow from a failure are only counted. */
export function undecidedOf(troubles: readonly Trouble[], all: number) {
  const causes = troubles.filter((trouble) => !isFailed(trouble));
  const behind = all - causes.reduce((sum, { follows }) => sum + follows.length, 0);
  const which = behind === all && all > 1 ? 'all' : behind;
  const rest = behind > 0 ? `, ${which} ${behind === 1 ? 'follows' : 'follow'} from the failures above` : '';
  return { heading: `Inconclusive: ${all}${rest}`, causes };
}
