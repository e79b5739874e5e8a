import type { GateOptions } from '../../base/model/results.js';
import type { Gate, Level, Outcome, OutcomeKind } from '../../base/model/verdict.js';

export interface GateInput {
  readonly outcomes: readonly Outcome[];
  readonly options: GateOptions;
  readonly interrupted?: string;
  readonly unusable?: string;
  /** How many planned requirements were neither tried nor ruled out beforehand. */
  readonly missing: number;
  /** MUST requirements that the run did not ask for. */
  readonly leftOut?: number;
  /** Ids that passed in the baseline, and were not run now. */
  readonly lost?: readonly string[];
  /** What is wrong with waivers, in words, where that gates. */
  readonly waiverTroubles?: readonly string[];
  /** Ids that have an outcome though nobody planned them. */
  readonly unplanned: readonly string[];
}

/** More of one kind than this stand in the verdict only. */
const shownTroubles = 3;

/** The gate, and in words what of it the outcomes alone don't tell. */
export function decideGate(input: GateInput): { readonly gate: Gate; readonly cause: string } {
  const count = (level: Level, ...kinds: OutcomeKind[]) =>
    input.outcomes.filter((each) => each.level === level && kinds.includes(each.outcome)).length;
  const { strict, requireComplete } = input.options;
  const { lost = [], leftOut = 0 } = input;
  const waiverTroubles = shortened(input.waiverTroubles ?? []);
  const run = [...aboutTheRun(input), ...waiverTroubles];
  if (count('must', 'fail') > 0) return { gate: 'does not conform', cause: sentences(run) };
  if (strict && count('should', 'fail') > 0) {
    const shoulds = `${are(count('should', 'fail'), 'should')} failed, and --strict counts a should like a must`;
    return { gate: 'does not conform', cause: sentences([shoulds, ...run]) };
  }

  // A target that could not be used at all is not to blame for a waivers file: the cause names both.
  if (waiverTroubles.length > 0 && input.unusable === undefined) {
    return { gate: 'does not conform', cause: sentences(run) };
  }
  const open = [...run];
  if (count('must', 'pass', 'fail', 'waived') === 0 && run.length === 0) {
    open.push('no must requirement was checked, so nothing can be said');
  }
  const unchecked = count('must', 'not run') + leftOut;
  if (requireComplete && unchecked > 0)
    open.push(`${are(unchecked, 'must')} not run, and --require-complete wants all of them`);
  if (lost.length > 0) open.push(`not run, though passed in the baseline: ${idList(lost)}`);
  const inconclusiveMust = count('must', 'inconclusive') > 0;
  if (strict && count('should', 'inconclusive') > 0 && !inconclusiveMust) {
    open.push(
      `${are(count('should', 'inconclusive'), 'should')} inconclusive, and --strict counts a should like a must`,
    );
  }
  if (open.length === 0 && !inconclusiveMust) return { gate: 'conforms', cause: '' };
  return { gate: 'inconclusive', cause: sentences(open) };
}

/** Each of these alone forbids to call a target conforming. */
function aboutTheRun({ interrupted, unusable, missing, unplanned }: GateInput): string[] {
  const said: string[] = [];
  if (unusable !== undefined) said.push(`the target could not be used: ${unusable}`);
  if (interrupted !== undefined) said.push(`the run was cut short: ${interrupted}`);
  else if (missing > 0 && unusable === undefined) {
    said.push(
      `the run was cut short: ${missing} planned ${missing === 1 ? 'requirement' : 'requirements'} left no outcome`,
    );
  }
  if (unplanned.length > 0)
    said.push(`outcomes came for requirements that were not planned: ${unplanned.join(', ')}`);
  return said;
}

/** A file full of stale waivers must not push the rest of the cause out of sight; the verdict holds all. */
function shortened(troubles: readonly string[]): string[] {
  const left = troubles.length - shownTroubles;
  return left > 0 ? [...troubles.slice(0, shownTroubles), `${left} more such waivers`] : [...troubles];
}

function idList(ids: readonly string[]): string {
  const left = ids.length - shownTroubles;
  return left > 0 ? `${ids.slice(0, shownTroubles).join(', ')} and ${left} more` : ids.join(', ');
}

function are(count: number, word: string): string {
  return `${count} ${word} ${count === 1 ? 'requirement' : 'requirements'}`;
}

function sentences(parts: readonly string[]): string {
  const text = parts.map((part) => part.replace(/[.\s]+$/, '')).join('; ');
  return text === '' ? '' : `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
