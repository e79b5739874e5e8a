import type { Requirement } from '../../src/requirements/catalogue.js';
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

/**
 * Tries faults together, those that another one hid together again, and the few that are then left alone.
 *
 * @param judge runs the suite against one emulator for each subject
 * @param tell is told of each fault as soon as it is decided
 */
export async function tryInRounds(
  faults: readonly Expectation[],
  requirements: readonly Requirement[],
  judge: (subjects: readonly Expectation[]) => Promise<readonly Judgement[]>,
  tell: (tried: Tried) => void = () => {},
): Promise<Tried[]> {
  const all: Tried[] = [];
  const decide = (fault: Expectation, problems: readonly string[], beside: number) => {
    all.push({ fault, problems, beside });
    tell({ fault, problems, beside });
  };
  let left = faults;
  for (let round = 1; left.length > 0; round += 1) {
    const groups = round <= rounds ? groupsOf(left, requirements) : left.map((fault) => [fault]);
    const subjects = groups.map((group, index) => together(group, `round-${round}-group-${index + 1}`));
    const judgements = await judge(subjects);
    const hidden: Expectation[] = [];
    for (const [index, group] of groups.entries()) {
      const [judgement, [first]] = [judgements[index], group];
      if (judgement === undefined || first === undefined) throw new Error('A group was not judged.');
      if (group.length === 1) {
        decide(first, problemsOf(judgement, first.fails, requirements), 0);
        continue;
      }
      const unproven = unprovenOf(group, judgement, requirements);
      hidden.push(...unproven);
      for (const fault of group) if (!unproven.includes(fault)) decide(fault, [], group.length - 1);
    }
    left = hidden;
  }
  return all;
}
