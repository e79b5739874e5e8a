import type { Requirement } from '../../src/contract/requirements/catalogue.js';
import type { RequirementId } from '../../src/contract/requirements/uses.js';
import type { Judgement } from './matrix.js';
import { type Expectation, operationsOf, unexplainedIn } from './problems.js';

/** More of them in one emulator would get in each other's way. */
const mostTogether = 8;

/** What nearly every test goes through to arrange its case: where it is broken, nothing else shows. */
const groundwork: ReadonlySet<string> = new Set<RequirementId>([
  'mfa-config/get-answers-200',
  'mfa-config/stores-authentication-types',
  'mfa-config/stores-enabled',
  'sessions/password-opens-session-while-mfa-is-off',
  'support-mfa/get-answers-200',
]);

/**
 * Faults that can be tried together, in one emulator: they break other requirements of other operations, so that
 * what turns red tells of which fault it comes.
 */
export function groupsOf(
  faults: readonly Expectation[],
  requirements: readonly Requirement[],
): Expectation[][] {
  const groups: Expectation[][] = [];
  // Those that break most find room first.
  for (const fault of [...faults].sort((a, b) => b.fails.length - a.fails.length)) {
    const group = groups.find(
      (members) =>
        members.length < mostTogether && members.every((member) => areApart(member, fault, requirements)),
    );
    if (group === undefined) groups.push([fault]);
    else group.push(fault);
  }
  return groups;
}

/** One emulator with all faults of a group. */
export function together(group: readonly Expectation[], name: string): Expectation {
  const [first] = group;
  if (first === undefined) throw new Error('A group of faults has no fault.');
  if (group.length === 1) return first;
  return {
    ...first,
    name,
    faults: group.flatMap(({ faults }) => faults),
    fails: group.flatMap(({ fails }) => fails),
  };
}

/**
 * The members of a group that its judgement proves nothing of: those that did not turn red all they must, as they do
 * where another member breaks the way there. Where the judgement says anything that no member explains: all.
 */
export function unprovenOf(
  group: readonly Expectation[],
  judgement: Judgement,
  requirements: readonly Requirement[],
): Expectation[] {
  const fails = group.flatMap((member) => member.fails);
  if (unexplainedIn(judgement, fails, requirements).length > 0) return [...group];
  return group.filter((member) => member.fails.some((id) => !judgement.red.includes(id)));
}

function areApart(a: Expectation, b: Expectation, requirements: readonly Requirement[]): boolean {
  if (a.release !== b.release || a.tls !== b.tls) return false;
  if ([a, b].some(({ fails }) => fails.some((id) => groundwork.has(id)))) return false;
  if (a.fails.some((id) => b.fails.includes(id))) return false;
  const [ofA, ofB] = [operationsOf(a.fails, requirements), operationsOf(b.fails, requirements)];
  // What touches every answer is told from what touches one operation, but not from its like.
  if (ofA === 'all' || ofB === 'all') return ofA !== ofB;
  return [...ofA].every((operation) => !ofB.has(operation));
}
