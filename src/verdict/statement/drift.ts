import type { RawOutcome } from '../../base/model/results.js';
import type { Claims, OutcomeKind } from '../../base/model/verdict.js';
import { cut } from '../../base/words.js';
import type { Requirement } from '../../contract/requirements/catalogue.js';
import { measuredPrefix, withinCount } from '../derive/measured.js';
import type { Claim } from './claims.js';

const longestReason = 200;

export interface Measured {
  readonly outcomes: ReadonlyMap<string, { readonly outcome: OutcomeKind; readonly reason?: string }>;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Returns a sentence for each claim that the measurements contradict, in the order of the claims. */
export function driftFrom(
  claims: Claims,
  run: Measured,
  known: readonly Claim[],
  catalogue: readonly Requirement[],
): string[] {
  return known.flatMap((claim) => {
    const value = claims[claim.name];
    if (value === undefined) return [];
    const claimed = value !== false;
    const about = catalogue.flatMap(({ id, claim: name }) => {
      const found = name === claim.name ? run.outcomes.get(id) : undefined;
      return found === undefined ? [] : [{ id, ...within(claim, id, value, measuredOf(found), run.facts) }];
    });
    const against = about.filter(({ holds }) => holds !== undefined && holds !== claimed);
    // A denied claim counts as contradicted only if one of its requirements passed and none failed.
    const isDrift = against.length > 0 && (claimed || about.every(({ holds }) => holds !== false));
    if (!isDrift) return [];
    const measured = [...against.map(inWords), ...factsOf(claim.facts, run.facts)].join('; ');
    const says = claimed ? 'claims' : 'denies';
    return [`The statement ${says} ${claim.name} ("${claim.text}"); measured: ${measured}.`];
  });
}

interface Found {
  readonly holds: boolean | undefined;
  readonly reason: string;
}

/** `holds` is undefined if the outcome does not decide. */
export function measuredOf({ outcome, reason = '' }: { outcome: OutcomeKind; reason?: string }): Found {
  const otherwise = outcome === 'not applicable' && reason.startsWith(measuredPrefix);
  if (outcome === 'pass') return { holds: true, reason };
  return { holds: outcome === 'fail' || outcome === 'waived' || otherwise ? false : undefined, reason };
}

/** If the vendor claims a number, turns a pass into a failure when the measured number exceeds it. */
function within(
  { count }: Claim,
  id: string,
  value: boolean | number,
  found: Found,
  facts: Readonly<Record<string, unknown>>,
): Found {
  const fact = count?.factOf.get(id);
  if (count === undefined || fact === undefined || typeof value === 'boolean' || !found.holds) return found;
  const passed: Pick<RawOutcome, 'kind' | 'reason'> = { kind: 'pass', reason: '' };
  const { kind, reason } = withinCount({ fact, atMost: value, unit: count.unit }, passed, facts);
  return kind === 'pass' ? found : { holds: false, reason };
}

function inWords({ id, holds, reason }: Found & { readonly id: string }): string {
  if (holds) return `${id} passes`;
  const line = reason.replace(measuredPrefix, '').replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line === '' ? `${id} fails` : `${id} fails, ${cut(line, longestReason)}`;
}

const longestValue = 60;

/** Returns the named facts that the run measured, each as `throttleAfter 5`. */
export function factsOf(names: readonly string[], facts: Readonly<Record<string, unknown>>): string[] {
  return names.flatMap((name) =>
    Object.hasOwn(facts, name) ? [`${name} ${cut(JSON.stringify(facts[name]) ?? '', longestValue)}`] : [],
  );
}
