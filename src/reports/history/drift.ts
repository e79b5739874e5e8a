import type { Claims } from '../../base/model/statement.js';
import { loadRequirements } from '../../contract/requirements/catalogue.js';
import { loadClaims } from '../../verdict/statement/claims.js';
import { driftFrom } from '../../verdict/statement/drift.js';
import type { Snapshot } from './snapshot.js';

/**
 * Where a run is otherwise than the vendor says, one sentence each.
 *
 * @param claims another statement's than that of the run
 */
export function driftOf(run: Snapshot | undefined, claims: Claims | undefined = run?.claims): string[] {
  if (run === undefined || claims === undefined) return [];
  return driftFrom(claims, run, loadClaims(), loadRequirements());
}
