import type { Claims } from '../../base/model/statement.js';
import { loadRequirements } from '../../contract/requirements/catalogue.js';
import { loadClaims } from '../../verdict/statement/claims.js';
import { driftFrom } from '../../verdict/statement/drift.js';
import type { Snapshot } from './snapshot.js';

/**
 * Sentences on each claim that a run contradicts.
 *
 * @param claims of another statement than the run's own
 */
export function driftOf(run: Snapshot | undefined, claims: Claims | undefined = run?.claims): string[] {
  if (run === undefined || claims === undefined) return [];
  return driftFrom(claims, run, loadClaims(), loadRequirements());
}
