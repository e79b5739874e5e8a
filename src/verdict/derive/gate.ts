import type { RunResults } from '../../base/model/results.js';
import type { Gate, Level, Outcome, OutcomeKind } from '../../base/model/verdict.js';
import { counted, shortened } from '../../base/words.js';

export interface GateInput extends Pick<RunResults, 'options' | 'interrupted' | 'unusable'> {
  readonly outcomes: readonly Outcome[];
  /** Planned requirements without a result. Requirements that were ruled out before the run don't count. */
  readonly missing: number;
  readonly leftOut?: number;
  readonly lost?: readonly string[];
  readonly waiverTroubles?: readonly string[];
  readonly unplanned: readonly string[];
}

/** How many problems of one kind the cause names. The verdict lists all of them. */
const shownTroubles = 3;
const asMust = 'and --strict counts a should like a must';

/** `cause` has the reasons that the outcomes alone don't show. */
export function decideGate(input: GateInput): { readonly gate: Gate; readonly cause: string } {
  const count = (level: Level, ...kinds: OutcomeKind[]) =>
    input.outcomes.filter((each) => each.level === level && kinds.includes(each.outcome)).length;
  const { strict, requireComplete } = input.options;
  const { lost = [], leftOut = 0 } = input;
  const waiverTroubles = firstOf(input.waiverTroubles ?? []);
  const run = [...aboutTheRun(input), ...waiverTroubles];
  if (count('must', 'fail') > 0) return { gate: 'does not conform', cause: sentences(run) };
  if (strict && count('should', 'fail') > 0) {
    const shoulds = `${requirements(count('should', 'fail'), 'should')} failed, ${asMust}`;
    return { gate: 'does not conform', cause: sentences([shoulds, ...run]) };
  }

  // Problems with waivers decide the gate only if the target was usable. The cause always names them.
  if (waiverTroubles.length > 0 && input.unusable === undefined) {
    return { gate: 'does not conform', cause: sentences(run) };
  }
  const open = [...run];
  if (count('must', 'pass', 'fail', 'waived') === 0 && run.length === 0) {
    open.push('no must requirement was checked, so nothing can be said');
  }
  const unchecked = count('must', 'not run') + leftOut;
  if (requireComplete && unchecked > 0)
    open.push(`${requirements(unchecked, 'must')} not run, and --require-complete requires all of them`);
  if (lost.length > 0) open.push(`not run, though passed in the baseline: ${shortened(lost, shownTroubles)}`);
  const inconclusiveMust = count('must', 'inconclusive') > 0;
  if (strict && count('should', 'inconclusive') > 0 && !inconclusiveMust) {
    open.push(`${requirements(count('should', 'inconclusive'), 'should')} inconclusive, ${asMust}`);
  }
  if (open.length === 0 && !inconclusiveMust) return { gate: 'conforms', cause: '' };
  return { gate: 'inconclusive', cause: sentences(open) };
}

function aboutTheRun({ interrupted, unusable, missing, unplanned }: GateInput): string[] {
  const problems: string[] = [];
  if (unusable !== undefined) problems.push(`the target could not be used: ${unusable}`);
  if (interrupted !== undefined) problems.push(`the run was cut short: ${interrupted}`);
  else if (missing > 0 && unusable === undefined) {
    problems.push(`the run was cut short: ${requirements(missing, 'planned')} left no outcome`);
  }
  if (unplanned.length > 0)
    problems.push(`outcomes came for requirements that were not planned: ${unplanned.join(', ')}`);
  return problems;
}

function firstOf(troubles: readonly string[]): string[] {
  const left = troubles.length - shownTroubles;
  return left > 0 ? [...troubles.slice(0, shownTroubles), `${left} more such waivers`] : [...troubles];
}

const requirements = (count: number, word: string): string => counted(count, `${word} requirement`);

function sentences(parts: readonly string[]): string {
  const text = parts.map((part) => part.replace(/[.\s]+$/, '')).join('; ');
  return text === '' ? '' : `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
