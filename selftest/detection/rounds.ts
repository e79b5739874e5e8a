import type { Requirement } from '../../src/contract/requirements/catalogue.js';
import { groupsOf, together, unprovenOf } from './groups.js';
import type { Judgement } from './matrix.js';
import { type Expectation, problemsOf } from './problems.js';

export interface Tried {
  readonly fault: Expectation;
  readonly problems: readonly string[];
  readonly beside: number;
  readonly judgement: Judgement;
}

/** The number of rounds with groups. A proven fault leaves the groups, so a fault that it hid shows next. */
const rounds = 2;

/** Judges each subject. @param isLast whether unexpected judgements are final, and not tried again */
export type JudgeAll = (
  subjects: readonly Expectation[],
  take: (subject: Expectation, judgement: Judgement) => void,
  isLast: boolean,
) => Promise<void>;

/**
 * Tries faults in groups, and again, finally alone, those that others hid or that were judged unexpectedly.
 * @param isPart `judgeAll` tests only some requirements; the last round tries differences again with all
 */
export async function tryInRounds(
  faults: readonly Expectation[],
  requirements: readonly Requirement[],
  judgeAll: JudgeAll,
  tell: (tried: Tried) => void,
  isPart = false,
): Promise<void> {
  let left = faults;
  for (let round = 1; left.length > 0; round += 1) {
    const isLast = round > rounds;
    const groups = isLast ? left.map((fault) => [fault]) : groupsOf(left, requirements);
    const subjects = groups.map((group, index) => together(group, `round-${round}-group-${index + 1}`));
    const hidden: Expectation[] = [];
    await judgeAll(
      subjects,
      (subject, judgement) => {
        const group = groups[subjects.indexOf(subject)] ?? [];
        const isDecided = isLast || (group.length === 1 && !isPart);
        const unproven = isDecided ? [] : unprovenOf(group, judgement, requirements);
        hidden.push(...unproven);
        for (const fault of group.filter((each) => !unproven.includes(each))) {
          const problems = isDecided ? problemsOf(judgement, fault.fails, requirements) : [];
          tell({ fault, problems, beside: group.length - 1, judgement });
        }
      },
      isLast,
    );
    left = hidden;
  }
}
