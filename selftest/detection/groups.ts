import type { Requirement } from '../../src/contract/requirements/catalogue.js';
import type { RequirementId } from '../../src/contract/requirements/uses.js';
import type { Judgement } from './matrix.js';
import { type Expectation, operationsOf, unexplainedIn } from './problems.js';

/** More faults than this in one emulator would interfere with each other. */
const mostTogether = 8;

/** Nearly every test needs these first, so a fault in them hides all others. */
const groundwork: ReadonlySet<string> = new Set<RequirementId>([
  'mfa-config/get-answers-200',
  'mfa-config/stores-authentication-types',
  'mfa-config/stores-enabled',
  'sessions/password-opens-session-while-mfa-is-off',
  'support-mfa/get-answers-200',
]);

/** Faults of a group break different requirements and operations: a red requirement shows its fault. */
export function groupsOf(
  faults: readonly Expectation[],
  requirements: readonly Requirement[],
): Expectation[][] {
  const groups: Expectation[][] = [];
  // Faults that break the most requirements are placed first.
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

export function together(group: readonly Expectation[], name: string): Expectation {
  const [first] = group;
  if (first === undefined) throw new Error('A group of faults has no fault.');
  if (group.length === 1) return first;
  const [faults, fails] = [group.flatMap((each) => each.faults), group.flatMap((each) => each.fails)];
  return { ...first, name, faults, fails };
}

/** The members that the judgement doesn't prove, because others hide them; all if a result is unexplained. */
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
  // A fault in every answer can be distinguished from a fault in one operation, but not from another such fault.
  if (ofA === 'all' || ofB === 'all') return ofA !== ofB;
  return [...ofA].every((operation) => !ofB.has(operation));
}
