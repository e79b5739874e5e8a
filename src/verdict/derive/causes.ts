import { type Check, decidingAnswer, isSuccess, type Shown, withoutCode } from '../../base/model/check.js';
import type { Cause, Outcome } from '../../base/model/verdict.js';
import { actualOf, partsOf } from '../../base/wording/check.js';
import { cut } from '../../base/words.js';

const longestText = 200;

interface Sign {
  readonly outcome: Outcome;
  readonly fails: boolean;
  readonly marks: readonly string[];
  /** Each as `operation status`. */
  readonly answers: readonly string[];
}

const troubles: ReadonlySet<Outcome['outcome']> = new Set(['fail', 'waived', 'inconclusive']);
const share = (some: readonly string[], others: readonly string[]) =>
  some.some((each) => others.includes(each));

/** Failures with a common mark have one cause. Undecided outcomes follow from it by a mark or an answer. */
export function causesOf(outcomes: readonly Outcome[]): Cause[] {
  const signs = outcomes.filter(({ outcome }) => troubles.has(outcome)).map(signOf);
  const failures = grouped(signs.filter(({ fails }) => fails));
  const open: Sign[][] = [];
  for (const sign of signs.filter(({ fails }) => !fails)) {
    const isLacking = (other: Sign) => share(sign.marks, other.marks);
    const follows = (other: Sign) => isLacking(other) || share(sign.answers, other.answers);
    const cause =
      failures.find((group) => group.some(follows)) ?? open.find((group) => group.some(isLacking));
    if (cause === undefined) open.push([sign]);
    else cause.push(sign);
  }
  // A cause with only waived failures needs no attention.
  return [...failures, ...open]
    .filter((group) => group.some(({ outcome }) => outcome.outcome !== 'waived'))
    .map((group) => ({ rank: rankOf(group), cause: causeOf(group) }))
    .sort((a, b) => a.rank - b.rank || b.cause.follows.length - a.cause.follows.length)
    .map(({ cause }) => cause);
}

/** Groups failures that share a mark, directly or indirectly. The plainest failure of a group comes first. */
function grouped(failures: readonly Sign[]): Sign[][] {
  let groups: Sign[][] = [];
  for (const sign of failures) {
    const isAlike = (group: readonly Sign[]) => group.some(({ marks }) => share(marks, sign.marks));
    groups = [...groups.filter((group) => !isAlike(group)), [...groups.filter(isAlike).flat(), sign]];
  }
  const least = (group: readonly Sign[]) => Math.min(...group.map(oddity));
  for (const group of groups) group.sort((a, b) => oddity(a) - oddity(b));
  return groups.sort((a, b) => least(a) - least(b));
}

/** Areas whose tests send requests outside the documented flow. */
const besides = /^(?:ways-in|guessing)\//;

/** Is low for a `must` on the documented flow, the likeliest cause. Equal ones keep the catalogue's order. */
function oddity({ outcome: { level, outcome, id, checks = [] } }: Sign): number {
  const [check] = checks;
  const isSpecial = check?.answers.some(({ way }) => way !== undefined) || check?.kind === 'body found';
  // Another error in place of a refusal may only be a by-product of a broken target.
  const isRefusal = check?.kind === 'refused' && !isSuccess(check.answers[0]?.status);
  return (
    (outcome === 'waived' ? 8 : 0) +
    (level === 'must' ? 0 : 4) +
    (isRefusal ? 2 : 0) +
    (isSpecial || besides.test(id) ? 1 : 0) -
    (isMissing(check) ? 1 : 0)
  );
}

/** A missing operation explains all other failures of that operation. */
const isMissing = (check: Check | undefined) => check?.kind === 'handled' && check.least === 'there';

function rankOf(group: readonly Sign[]): number {
  const hasMust = group.some(({ outcome }) => outcome.level === 'must' && outcome.outcome !== 'waived');
  return (group[0]?.fails ? 0 : 1) + (hasMust ? 0 : 2);
}

function causeOf(group: readonly Sign[]): Cause {
  const [head] = group;
  const id = head?.fails === true ? head.outcome.id : null;
  const follows = group.flatMap(({ outcome }) => (outcome.id === id ? [] : outcome.id));
  return { text: textOf(head?.outcome), id, follows };
}

function textOf({ checks: [check] = [], reason = '' }: Partial<Outcome> = {}): string {
  const told = partsOf(reason);
  const said =
    check === undefined ? (told.find(({ name }) => name === 'actual') ?? told[0])?.text : actualOf(check);
  return cut(said?.trim().split('\n')[0] ?? '', longestText) || 'no reason was given';
}

function signOf(outcome: Outcome): Sign {
  const { id, checks = [], blame, exchanges } = outcome;
  if (outcome.outcome === 'inconclusive') {
    const { answer, lacks, breaks } = blame ?? {};
    const answers = answer === undefined ? [] : [answerOf(answer)];
    const refused = (answer?.status ?? 0) >= 400 ? answers : [];
    const known = [lacks && `no ${lacks}`, breaks && `breach of ${breaks}`].flatMap((mark) => mark ?? []);
    return { outcome, fails: false, marks: [...known, ...refused, outcome.reason], answers };
  }
  const own = `breach of ${id}`;
  if (checks.length > 0) {
    const marks = [...checks.flatMap(marksOf), own];
    return { outcome, fails: true, marks, answers: checks.flatMap(answersOf) };
  }
  const seen = exchanges.map(({ operation, response }) => ({ operation, status: response?.status ?? 0 }));
  const isBroken = seen.length > 0 && seen.every(({ status }) => status >= 500);
  const answers = seen.flatMap(({ operation, status }) => (status >= 400 ? [`${operation} ${status}`] : []));
  const marks = isBroken ? seen.map(({ operation }) => `${operation} server error`) : [own];
  return { outcome, fails: true, marks, answers };
}

/** All logins count as one place: if the target does not check a code, all of them may let users in. */
const logins: ReadonlySet<string | null> = new Set(['CreateSession', 'CreateAccessToken', 'VerifyUserOtp']);

const placeOf = ({ operation, method, path }: Shown) =>
  logins.has(operation) ? 'login' : (operation ?? `${method} ${path}`);
const answerOf = (shown: Shown) =>
  `${shown.operation ?? `${shown.method} ${shown.path}`} ${shown.status ?? 0}`;

function marksOf(check: Check): string[] {
  if (check.kind === 'body found') return marksOf(check.of);
  if (isMissing(check)) return check.answers.map((each) => `${placeOf(each)} turned away`);
  const answer = decidingAnswer(check);
  const place = answer === undefined ? 'run' : placeOf(answer);
  if ((answer?.status ?? 0) >= 500) return [`${place} server error`];
  switch (check.kind) {
    case 'refused':
    case 'not verified':
      return check.answers.map((each) => `${placeOf(each)} let in`);
    case 'state':
      return [`${place} ${isSuccess(answer?.status) ? 'let in' : 'changes'}`];
    case 'accepted':
    case 'succeeded':
    case 'opens':
    case 'verified':
      return isSuccess(answer?.status) ? [`${place} ${check.kind}`] : [`${place} turned away`];
    case 'mailed':
      return check.seen.every((each) => each.endsWith(withoutCode)) ? ['no mail'] : [`${place} mails astray`];
    case 'members':
      return check.members.map(({ pointer }) => `${place} ${pointer}`);
    case 'well formed':
    case 'count':
      return [`${place} ${'of' in check ? check.of : check.what}`];
    default:
      return [`${place} ${check.kind}`];
  }
}

/** Returns the answers that can leave other outcomes undecided. */
function answersOf(check: Check): string[] {
  const isLetIn = marksOf(check).some((mark) => mark.endsWith(' let in'));
  return check.answers
    .flatMap((each) => (each.use === undefined ? [each] : [each, each.use]))
    .filter((each) => isLetIn || !isSuccess(each.status))
    .map(answerOf);
}
