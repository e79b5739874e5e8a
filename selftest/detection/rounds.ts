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
  /** Of the emulator with the fault, and with those others. */
  readonly judgement: Judgement;
}

/** Rounds of groups. What a fault hides shows in the next one, as the fault itself is proven. */
const rounds = 2;

/**
 * Runs the suite against one emulator for each subject, and gives each judgement as soon as it is there.
 *
 * @param isLast what is judged otherwise than expected is not tried again
 */
type JudgeAll = (
  subjects: readonly Expectation[],
  take: (subject: Expectation, judgement: Judgement) => void,
  isLast: boolean,
) => Promise<void>;

/**
 * Tries faults together, those that another one hid or that are not judged as expected together again, and the few that
 * are then left alone.
 *
 * @param tell is told of each fault as soon as it is decided
 * @param isPart `judgeAll` asks for some requirements only, but in the last round: what differs there is tried by all
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
