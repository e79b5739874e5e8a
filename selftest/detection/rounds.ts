import type { Requirement } from '../../src/contract/requirements/catalogue.js';
import { groupsOf, together, unprovenOf } from './groups.js';
import type { Judgement } from './matrix.js';
import { type Expectation, problemsOf } from './problems.js';

/** What came of one fault. */
export interface Tried {
  readonly fault: Expectation;
  /** Empty: it was judged as expected. */
  readonly problems: readonly string[];
  /** How many others it shared the emulator with. */
  readonly beside: number;
}

/** Rounds of groups. What a fault hides shows in the next one, as the fault itself is proven. */
const rounds = 2;

/** Runs the suite against one emulator for each subject, and gives each judgement as soon as it is there. */
type JudgeAll = (
  subjects: readonly Expectation[],
  take: (subject: Expectation, judgement: Judgement) => void,
) => Promise<void>;

/**
 * Tries faults together, those that another one hid together again, and the few that are then left alone.
 *
 * @param tell is told of each fault as soon as it is decided
 */
export async function tryInRounds(
  faults: readonly Expectation[],
  requirements: readonly Requirement[],
  judgeAll: JudgeAll,
  tell: (tried: Tried) => void,
): Promise<void> {
  let left = faults;
  for (let round = 1; left.length > 0; round += 1) {
    const groups = round <= rounds ? groupsOf(left, requirements) : left.map((fault) => [fault]);
    const subjects = groups.map((group, index) => together(group, `round-${round}-group-${index + 1}`));
    const hidden: Expectation[] = [];
    await judgeAll(subjects, (subject, judgement) => {
      const group = groups[subjects.indexOf(subject)] ?? [];
      if (group.length === 1) {
        tell({ fault: subject, problems: problemsOf(judgement, subject.fails, requirements), beside: 0 });
        return;
      }
      const unproven = unprovenOf(group, judgement, requirements);
      hidden.push(...unproven);
      const proven = group.filter((fault) => !unproven.includes(fault));
      for (const fault of proven) tell({ fault, problems: [], beside: group.length - 1 });
    });
    left = hidden;
  }
}
