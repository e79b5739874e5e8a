import type { ReleaseName } from '../../base/model/releases.js';
import { answerRequirement } from '../judging/judge.js';
import type { OperationId } from '../openapi/operations.js';
import { appliesTo, loadRequirements, type Requirement } from '../requirements/catalogue.js';
import type { RequirementId } from '../requirements/uses.js';
import type { FoundChange } from './change.js';

/**
 * The requirements whose outcome a change may affect. Breaking changes affect those that name the operations,
 * harmless ones those on the answer's shape. Requirements of one release only count if they name the operations.
 */
export function affectedBy(
  change: FoundChange,
  operations: readonly OperationId[],
  from: ReleaseName | null,
  to: ReleaseName | null,
): RequirementId[] {
  const isOfOneOnly = (requirement: Requirement) =>
    from !== null && to !== null && appliesTo(requirement, from) !== appliesTo(requirement, to);
  return loadRequirements()
    .filter((requirement) => {
      const names = requirement.operations.some((id) => operations.includes(id));
      return (
        isOfItsKind(change, requirement) &&
        (isTouched(change, operations, requirement, names) ||
          (names && isRelevant(change) && isOfOneOnly(requirement)))
      );
    })
    .map(({ id }) => id);
}

/** Credentials concern access requirements only, other details all others, and an operation both. */
function isOfItsKind({ kind, direction }: FoundChange, { area }: Requirement): boolean {
  if (kind.startsWith('credential')) return area === 'access';
  return direction === null || area !== 'access';
}

/** Descriptive changes don't start or end a requirement. */
function isRelevant({ kind }: FoundChange): boolean {
  return !['privileges-documented', 'operation-deprecated', 'property-deprecated'].includes(kind);
}

function isTouched(
  change: FoundChange,
  operations: readonly OperationId[],
  { id, operations: own }: Requirement,
  names: boolean,
): boolean {
  if (change.kind.startsWith('credential')) return names || own.length === 0;
  if (change.direction === 'error') return id === 'http/errors-are-error';
  if (change.direction === 'answer' && operations.some((operation) => answerRequirement(operation) === id))
    return true;
  return names && (change.breaksClients || change.breaksServers);
}
