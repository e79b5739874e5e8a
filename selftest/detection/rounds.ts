import type { Requirement } from '../../src/contract/requirements/catalogue.js';
import { groupsOf, together, unprovenOf } from './groups.js';
import type { Judgement } from './matrix.js';
import { type Expectation, problemsOf } from './problems.js';

/** The result for one fault. */
export interface Tried {
  readonly fault: Expectation;
  /** Empty if the judgement is as expected. */
  readonly problems: readonly string[];
  /** How many other faults the emulator had. */
  readonly beside: number;
  /** The judgement of the emulator with all these faults. */
  readonly judgement: Judgement;
}

/** The number of rounds with groups. A proven fault leaves the groups, so a fault that it hid shows next. */
const rounds = 2;

/**
 * Runs the suite against one emulator for each subject, and passes on each judgement as it comes.
 *
 * @param isLast whether unexpected judgements are final, and not tried again
 */
export type JudgeAll = (
  subjects: readonly Expectation[],
  take: (subject: Expectation, judgement: Judgement) => void,
  isLast: boolean,
) => Promise<void>;

/**
 * Tries faults in groups. Faults that others hid, or that were judged unexpectedly, are tried again, finally
 * alone.
 *
 * @param tell called with each fault once it is decided
 * @param isPart `judgeAll` tests only some requirements; in the last round, differences are tried again with
 * all
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
