import type { Uses } from '../../base/model/uses.js';
import type { Part } from '../openapi/operations.js';
import type { Requirement } from '../requirements/catalogue.js';
import { usesOf } from '../requirements/uses.js';

type Tested = Pick<Requirement, 'id' | 'needs'>;

/** The lane in which a requirement's test may run; undefined: it needs the target for itself. */
export function laneOf({ id, needs }: Tested, uses: Uses = usesOf(id)): Part | undefined {
  const { cluster, support, users, source, clock } = uses;
  if (source || clock || isLast({ id, needs }, uses)) return undefined;
  const ofCluster = cluster !== undefined || users !== undefined;
  if (ofCluster && support !== undefined) return undefined;
  return support === undefined ? 'cluster' : 'support';
}

/** Whether any account will do, while cluster MFA stays on. */
export function isOfOneAccount({ cluster, users, ...others }: Uses): boolean {
  return cluster === 'on' && users === 1 && Object.keys(others).every((other) => other === 'mail');
}

/** Nothing may follow what leaves accounts locked. */
export function isLast({ id, needs }: Tested, uses: Uses = usesOf(id)): boolean {
  return needs.includes('lockOut') || uses.source === true;
}
