import type { Lane } from '../../base/model/event.js';
import type { Uses } from '../../base/model/uses.js';
import type { Requirement } from '../requirements/catalogue.js';
import { type RequirementId, usesOf } from '../requirements/uses.js';

type Tested = Pick<Requirement, 'id' | 'needs'>;

/**
 * The queues of tests. After `cluster`, all accounts work through `off` together, then through `on`: these tests can use
 * any account while cluster MFA stays off, or stays on. `support` runs beside them.
 */
export const queues = ['cluster', 'off', 'on', 'support'] as const;
export type Queue = (typeof queues)[number];

/**
 * Tests that need a proven key of the support user, and cluster or accounts. They run alone, but among the tests of the
 * support user's lane, which share the key: replacing it may take a step.
 */
const ofProvenKey: ReadonlySet<string> = new Set<RequirementId>([
  'access/support-mfa-stays-on-without-privilege',
  'mfa-config/apart-from-support-mfa',
  'support-totp/no-change-without-proof',
  'support-totp/not-disabled-with-mailed-code',
  'totp-key/apart-from-support-mfa',
  'ways-in/users-code-switches-nothing-off',
]);

/** The most lanes of a run, with those of cluster and support user. */
export const mostLanes = 6;

export const laneOfAccount = (at: number): Lane => `account ${at + 1}`;

/** How many accounts get a lane of their own. A single one gets none, because the cluster's lane uses it. */
export function lanesOfAccounts(fit: number, lanes: number): number {
  const count = Math.min(fit, lanes - 2);
  return count > 1 ? count : 0;
}

/** The queue of a test; undefined if the test needs the target for itself. */
export function queueOf({ id, needs }: Tested, uses: Uses = usesOf(id)): Queue | undefined {
  if (ofProvenKey.has(id)) return 'support';
  const { cluster, support, users = 0, mail: _mail, ...others } = uses;
  if (Object.keys(others).length > 0 || isLast({ id, needs }, uses)) return undefined;
  // The admin may be among the accounts. Other tests use its API key, and its address may be the support user's.
  if (users > 2) return undefined;
  if (users === 1 && (cluster === 'on' || cluster === 'read')) return 'on';
  if (support === undefined) return users === 1 && cluster === 'off' ? 'off' : 'cluster';
  return cluster === undefined && users === 0 ? 'support' : undefined;
}

/** A test that leaves accounts locked must come last. */
export function isLast({ id, needs }: Tested, uses: Uses = usesOf(id)): boolean {
  return needs.includes('lockOut') || uses.source === true;
}

/**
 * The place of a test at the end of a run with --slow. A mailed code of the support user grows old until place 2, codes
 * of users grow old from place 1 to 4: tests between them lock other accounts.
 */
export function slowPlace(tested: Tested, uses: Uses = usesOf(tested.id)): number | undefined {
  const { cluster, support, users = 0, clock } = uses;
  if (clock === true) return users === 0 ? 2 : 4;
  if (!isLast(tested, uses)) return undefined;
  if (support !== undefined) return users === 0 ? 3 : 5;
  return cluster === 'on' ? 1 : 0;
}
