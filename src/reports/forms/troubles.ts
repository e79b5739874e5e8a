import type { Cause, Outcome, Verdict } from '../../base/model/verdict.js';
import { causesOf } from '../../verdict/derive/causes.js';

/** A cause with the outcomes that it names. */
export interface Trouble {
  readonly text: string;
  /** The failure that shows it; absent where only nothing could be told. */
  readonly failure?: Outcome;
  readonly follows: readonly Outcome[];
}

/** What is wrong in a verdict, of whatever version: what decides first. */
export function troublesOf({
  outcomes,
  causes = causesOf(outcomes),
}: Pick<Verdict, 'outcomes' | 'causes'>): Trouble[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  return causes.map(({ text, id, follows }: Cause) => {
    const failure = byId.get(id ?? '');
    return {
      text,
      ...(failure === undefined ? {} : { failure }),
      follows: follows.flatMap((each) => byId.get(each) ?? []),
    };
  });
}

/** `46 others follow from it`, for a failure that has them. */
export function followWords(count: number): string {
  return count === 1 ? '1 other follows from it' : `${count} others follow from it`;
}

/** Of what follows from one failure so many are named. */
const named = 4;

/** What stands behind each failed or undecided outcome, by its id, in a sentence; nothing of those that stand alone. */
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

function namesOf(outcomes: readonly Outcome[]): string {
  const names = outcomes.slice(0, named).map(({ id }) => id);
  const more = outcomes.length - names.length;
  return [...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

/** A should that nothing follows from is advice and no more. */
export function isAdvice({ failure, follows }: Trouble): boolean {
  return failure?.level === 'should' && follows.length === 0;
}
