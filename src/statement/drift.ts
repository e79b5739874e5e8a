import type { Claims } from '../model/statement.js';
import type { OutcomeKind } from '../model/verdict.js';
import type { Requirement } from '../requirements/catalogue.js';
import { measuredPrefix } from '../verdict/measured.js';
import { cut } from '../words.js';
import type { Claim } from './claims.js';

const longestReason = 200;

/** What of a run tells whether its target does as the vendor says. */
export interface Measured {
  readonly outcomes: ReadonlyMap<string, { readonly outcome: OutcomeKind; readonly reason?: string }>;
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Where what was measured is not what the vendor says, one sentence each, in the order of the claims.
 *
 * @param claims what the vendor says
 */
export function driftFrom(
  claims: Claims,
  run: Measured,
  known: readonly Claim[],
  catalogue: readonly Requirement[],
): string[] {
  return known.flatMap((claim) => {
    const value = claims[claim.name];
    if (value === undefined) return [];
    const about = catalogue.flatMap(({ id, claim: name }) => {
      const found = name === claim.name ? run.outcomes.get(id) : undefined;
      return found === undefined ? [] : [{ id, holds: holdsIn(found), reason: found.reason ?? '' }];
    });
    const against = about.filter(({ holds }) => holds !== undefined && holds !== value);
    // What is denied is only shown wrong by all of it.
    const isDrift = value
      ? against.length > 0
      : against.length > 0 && about.every(({ holds }) => holds !== false);
    if (!isDrift) return [];
    const measured = [...against.map(inWords), ...factsOf(claim, run.facts)].join('; ');
    const says = value ? 'claims' : 'denies';
    return [`The statement ${says} ${claim.name} ("${claim.text}"); measured: ${measured}.`];
  });
}

/** Whether the requirement holds on the target; undefined where the run doesn't tell. */
function holdsIn({ outcome, reason = '' }: { outcome: OutcomeKind; reason?: string }): boolean | undefined {
  if (outcome === 'pass') return true;
  if (outcome === 'fail' || outcome === 'waived') return false;
  return outcome === 'not applicable' && reason.startsWith(measuredPrefix) ? false : undefined;
}

function inWords({ id, holds, reason }: { id: string; holds: boolean | undefined; reason: string }): string {
  if (holds) return `${id} passes`;
  const line = reason.replace(measuredPrefix, '').replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line === '' ? `${id} fails` : `${id} fails, ${cut(line, longestReason)}`;
}

function factsOf({ facts: names }: Claim, facts: Readonly<Record<string, unknown>>): string[] {
  return names.flatMap((name) =>
    Object.hasOwn(facts, name) ? [`${name} ${cut(JSON.stringify(facts[name]) ?? '', 60)}`] : [],
  );
}
