import { defined } from '../../base/defined.js';
import type { ClaimedCount, Level, StatementInVerdict } from '../../base/model/verdict.js';
import type { Contract } from '../../contract/openapi/contract.js';
import { type Requirement, whyNotApplicable } from '../../contract/requirements/catalogue.js';
import { loadClaims } from './claims.js';

/** What the catalogue, the contract and the vendor's statement say about a requirement in a run. */
export interface Standing {
  readonly level: Level;
  readonly source: string;
  /** The claim that makes the requirement a `must`. */
  readonly claimed?: string;
  readonly count?: ClaimedCount;
  readonly notApplicable?: string;
}

export type Judging = Pick<Contract, 'release' | 'source' | 'operations'>;

export function standingOf(
  requirement: Requirement,
  contract: Judging,
  statement: Pick<StatementInVerdict, 'claims'> | undefined,
): Standing {
  const { level, source, claim } = requirement;
  const value = claim === undefined ? undefined : statement?.claims[claim];
  const reason =
    whyNotApplicable(requirement, contract) ??
    (value === false ? `the vendor's statement denies it (${claim})` : undefined);
  if (claim === undefined || value === undefined || value === false)
    return defined({ level, source, notApplicable: reason });
  const counted =
    typeof value === 'number' ? loadClaims().find(({ name }) => name === claim)?.count : undefined;
  const fact = counted?.factOf.get(requirement.id);
  return defined({
    level: 'must' as const,
    source: `claimed by the vendor (${claim}${value === true ? '' : `: ${value}`}); ${source}`,
    claimed: claim,
    count: fact === undefined ? undefined : { fact, atMost: Number(value), unit: counted?.unit ?? '' },
    notApplicable: reason,
  });
}
