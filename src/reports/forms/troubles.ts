import { defined } from '../../base/defined.js';
import type { Cause, Outcome, Verdict } from '../../base/model/verdict.js';
import { causesOf } from '../../verdict/derive/causes.js';

export interface Trouble {
  readonly text: string;
  /** The failure that shows the cause; absent if it only made requirements inconclusive. */
  readonly failure?: Outcome;
  readonly follows: readonly Outcome[];
}

/** The causes in a verdict of any version; gating ones first. */
export function troublesOf({
  outcomes,
  causes = causesOf(outcomes),
}: Pick<Verdict, 'outcomes' | 'causes'>): Trouble[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  return causes.map(({ text, id, follows }: Cause) =>
    defined({ text, failure: byId.get(id ?? ''), follows: follows.flatMap((each) => byId.get(each) ?? []) }),
  );
}

/** `46 others follow from it` */
export function followWords(count: number): string {
  return count === 1 ? '1 other follows from it' : `${count} others follow from it`;
}

const namedIds = 4;

/** The cause of each failed or undecided outcome as a sentence, by id. Outcomes that stand alone have none. */
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

/** `a, b, and 3 more` */
export function namesOf(outcomes: readonly Outcome[]): string {
  const names = outcomes.slice(0, namedIds).map(({ id }) => id);
  const more = outcomes.length - names.length;
  return [...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

export const isFailed = (trouble: Trouble): trouble is Trouble & { readonly failure: Outcome } =>
  trouble.failure !== undefined;

export const isAdvice = ({ failure, follows }: Trouble): boolean =>
  failure?.level === 'should' && follows.length === 0;
