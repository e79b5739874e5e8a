import type { Uses } from '../../base/model/uses.js';
import type { Requirement } from '../requirements/catalogue.js';
import { usesOf } from '../requirements/uses.js';

type Tested = Pick<Requirement, 'id' | 'needs'>;

/**
 * What a lane takes its tests from; two of one account each take from `accounts`, once those of the cluster are done:
 * any account will do for them, while cluster MFA stays on.
 */
export const queues = ['cluster', 'accounts', 'support'] as const;
export type Queue = (typeof queues)[number];

/** Undefined for a test that needs the target for itself. */
export function queueOf({ id, needs }: Tested, uses: Uses = usesOf(id)): Queue | undefined {
  const { cluster, support, users, mail: _mail, ...others } = uses;
  if (Object.keys(others).length > 0 || isLast({ id, needs }, uses)) return undefined;
  if (support === undefined) return cluster === 'on' && users === 1 ? 'accounts' : 'cluster';
  return cluster === undefined && users === undefined ? 'support' : undefined;
}

/** Nothing may follow what leaves accounts locked. */
export function isLast({ id, needs }: Tested, uses: Uses = usesOf(id)): boolean {
  return needs.includes('lockOut') || uses.source === true;
}
