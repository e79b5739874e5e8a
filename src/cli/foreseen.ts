import type { StatementInVerdict } from '../base/model/statement.js';
import { loadRequirements, type Requirement } from '../contract/requirements/catalogue.js';
import { idPattern } from '../contract/requirements/glob.js';
import { exemptedNeed, missingNeed, type NeedOptions } from '../contract/requirements/needs.js';
import type { Target } from '../input/target-file/target.js';
import { type Judging, type Standing, standingOf } from '../verdict/statement/standing.js';

/** A selected requirement with what is known before anything is sent. */
export interface Foreseen extends Standing {
  readonly requirement: Requirement;
  readonly reason?: string;
}

/** The requirements that --grep selects, even if the target lacks them. */
export function askedFor({ grep }: { readonly grep: string | undefined }): Requirement[] {
  const pattern = grep === undefined ? undefined : idPattern(grep);
  return loadRequirements().filter(({ id }) => pattern?.test(id) ?? true);
}

export function foreseen(
  target: Target,
  contract: Judging,
  command: NeedOptions & { readonly grep: string | undefined },
  statement: StatementInVerdict | undefined,
): Foreseen[] {
  return askedFor(command).map((requirement) => {
    const standing = standingOf(requirement, contract, statement);
    const reason = exemptedNeed(target, requirement) ?? missingNeed(target, requirement, command);
    return { requirement, ...standing, ...(reason === undefined ? {} : { reason }) };
  });
}

/** Whether the run will try it, as far as the target file tells. */
export const isTried = ({ notApplicable, reason }: Foreseen): boolean =>
  notApplicable === undefined && reason === undefined;
