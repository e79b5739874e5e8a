import type { Cause, Outcome, Verdict } from '../model/verdict.js';
import { causesOf } from '../verdict/causes.js';

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

/** A should that nothing follows from is advice and no more. */
export function isAdvice({ failure, follows }: Trouble): boolean {
  return failure?.level === 'should' && follows.length === 0;
}
