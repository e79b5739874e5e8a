import type { ClaimedCount, Level, StatementInVerdict } from '../../base/model/verdict.js';
import type { Contract } from '../../contract/openapi/contract.js';
import { type Requirement, whyNotApplicable } from '../../contract/requirements/catalogue.js';
import { loadClaims } from './claims.js';

/** The level of a requirement in a run, by the catalogue, the contract and the vendor's statement. */
export interface Standing {
  readonly level: Level;
  readonly source: string;
  /** The claim that makes it a must. */
  readonly claimed?: string;
  readonly count?: ClaimedCount;
  readonly notApplicable?: string;
}

/** The parts of a contract that decide whether a requirement applies. */
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
  const notApplicable = reason === undefined ? {} : { notApplicable: reason };
  if (claim === undefined || value === undefined || value === false)
    return { level, source, ...notApplicable };
  return {
    level: 'must',
    source: `claimed by the vendor (${claim}${value === true ? '' : `: ${value}`}); ${source}`,
    claimed: claim,
    ...(value === true ? {} : countOf(requirement, claim, value)),
    ...notApplicable,
  };
}

function countOf({ id }: Requirement, name: string, atMost: number): Pick<Standing, 'count'> {
  const count = loadClaims().find((claim) => claim.name === name)?.count;
  const fact = count?.factOf.get(id);
  return count === undefined || fact === undefined ? {} : { count: { fact, atMost, unit: count.unit } };
}
