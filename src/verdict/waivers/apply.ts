import type { ReleaseName } from '../../base/model/releases.js';
import {
  type ConcernedWaiver,
  type Outcome,
  troubles,
  type Waiver,
  type WaiverState,
  type WaiverUse,
} from '../../base/model/verdict.js';
import { appliesTo, idPattern, type Requirement } from '../../contract/requirements/catalogue.js';

export interface WaiverScope {
  readonly target: string;
  readonly release: ReleaseName;
  readonly today: string;
  readonly catalogue: readonly (Pick<Requirement, 'since' | 'until'> & { readonly id: string })[];
}

export function concernedWaivers(waivers: readonly Waiver[], scope: WaiverScope): ConcernedWaiver[] {
  return waivers
    .filter(({ target }) => target === undefined || idPattern(target).test(scope.target))
    .filter(({ releases }) => appliesTo(releases ?? {}, scope.release))
    .map((waiver) => {
      const pattern = idPattern(waiver.requirement);
      const fitting = scope.catalogue.filter(({ id }) => pattern.test(id));
      return {
        ...waiver,
        fits: fitting.filter((requirement) => appliesTo(requirement, scope.release)).map(({ id }) => id),
        unknown: fitting.length === 0,
        expired: waiver.expires < scope.today,
      };
    });
}

/** Turns a failure with a valid waiver into `waived`, and keeps its reason. Other outcomes stay as they are. */
export function waived(outcome: Outcome, waivers: readonly ConcernedWaiver[]): Outcome {
  if (outcome.outcome !== 'fail') return outcome;
  const found = waivers.find(({ expired, fits }) => !expired && fits.includes(outcome.id));
  if (found === undefined) return outcome;
  const { reason, owner, issue, expires } = found;
  return { ...outcome, outcome: 'waived', waiver: { reason, owner, issue, expires } };
}

/** Takes the outcomes after {@link waived}. */
export function waiverUses(waivers: readonly ConcernedWaiver[], outcomes: readonly Outcome[]) {
  return waivers.map(({ fits, unknown, expired, ...waiver }) => {
    const about = outcomes.filter(({ id }) => fits.includes(id));
    const any = (...kinds: Outcome['outcome'][]) => about.some(({ outcome }) => kinds.includes(outcome));
    // The waiver may still be needed by requirements that were not selected or that are undecided.
    const isOpen = about.length < fits.length || any('inconclusive', 'not run') || !any('pass');
    const stateOf = (): WaiverState => {
      if (unknown) return 'unmatched';
      if (expired) return about.length > 0 ? 'expired' : 'undecided';
      if (any('fail', 'waived')) return 'in use';
      return isOpen ? 'undecided' : 'no longer needed';
    };
    return { ...waiver, state: stateOf(), ids: about.map(({ id }) => id) };
  });
}

export const hasTrouble = ({ state }: Pick<WaiverUse, 'state'>): boolean => troubles.includes(state);

export function troubleText(use: WaiverUse): string {
  const head = `the waiver of ${use.requirement} (${use.owner})`;
  switch (use.state) {
    case 'expired':
      return `${head} expired on ${use.expires}`;
    case 'unmatched':
      return `${head} matches no requirement`;
    case 'no longer needed':
      return `${head} is no longer needed: ${use.ids.length === 1 ? 'its requirement passes' : 'all its requirements pass'}`;
    default:
      return `${head} is ${use.state}`;
  }
}
