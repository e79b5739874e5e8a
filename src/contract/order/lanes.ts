import type { Lane } from '../../base/model/event.js';
import type { Uses } from '../../base/model/uses.js';
import type { Requirement } from '../requirements/catalogue.js';
import { usesOf } from '../requirements/uses.js';

type Tested = Pick<Requirement, 'id' | 'needs'>;

/**
 * What a lane takes its tests from; those of one account each take from `accounts`, once those of the cluster are done:
 * any account will do for them, while cluster MFA stays on.
 */
export const queues = ['cluster', 'accounts', 'support'] as const;
export type Queue = (typeof queues)[number];

/** The lanes of cluster and support user included. */
export const mostLanes = 6;

export const laneOfAccount = (at: number): Lane => `account ${at + 1}`;

/** How many accounts get a lane of their own; one alone gets none, beside that of the cluster. */
export function lanesOfAccounts(fit: number, lanes: number): number {
  const count = Math.min(fit, lanes - 2);
  return count > 1 ? count : 0;
}

/** Undefined for a test that needs the target for itself. */
export function queueOf({ id, needs }: Tested, uses: Uses = usesOf(id)): Queue | undefined {
  const { cluster, support, users, mail: _mail, ...others } = uses;
  if (Object.keys(others).length > 0 || isLast({ id, needs }, uses)) return undefined;
  // The support user is mailed at the admin's address, too.
  if (users !== undefined && users > 2) return undefined;
  if (support === undefined) return cluster === 'on' && users === 1 ? 'accounts' : 'cluster';
  return cluster === undefined && users === undefined ? 'support' : undefined;
}

/** Nothing may follow what leaves accounts locked. */
export function isLast({ id, needs }: Tested, uses: Uses = usesOf(id)): boolean {
  return needs.includes('lockOut') || uses.source === true;
}
