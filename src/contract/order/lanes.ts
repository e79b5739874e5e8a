import type { Lane } from '../../base/model/event.js';
import type { Uses } from '../../base/model/uses.js';
import type { Requirement } from '../requirements/catalogue.js';
import { type RequirementId, usesOf } from '../requirements/uses.js';

type Tested = Pick<Requirement, 'id' | 'needs'>;

/**
 * The queues of tests. `cluster`, `off` (cluster MFA stays off) and `on` follow each other, in parallel with
 * `support`. The lanes of accounts share the tests of `off` and `on`, which may use any account.
 */
export const queues = ['cluster', 'off', 'on', 'support'] as const;
export type Queue = (typeof queues)[number];

/**
 * Tests that need the support user's proven key, and the cluster or accounts too. They run alone, but within
 * the support user's lane, whose tests share the key: replacing the key may cost a TOTP step.
 */
const ofProvenKey: ReadonlySet<string> = new Set<RequirementId>([
  'access/support-mfa-stays-on-without-privilege',
  'mfa-config/apart-from-support-mfa',
  'support-totp/no-change-without-proof',
  'support-totp/not-disabled-with-mailed-code',
  'totp-key/apart-from-support-mfa',
  'ways-in/users-code-switches-nothing-off',
]);

/** The most lanes of a run, including those of the cluster and the support user. */
export const mostLanes = 6;

export const laneOfAccount = (at: number): Lane => `account ${at + 1}`;

/** Returns the number of account lanes. A single account gets none, because the cluster's lane uses it. */
export function lanesOfAccounts(fit: number, lanes: number): number {
  const count = Math.min(fit, lanes - 2);
  return count > 1 ? count : 0;
}

/** Returns the queue of a test; undefined if the test needs the target for itself. */
export function queueOf({ id, needs }: Tested, uses: Uses = usesOf(id)): Queue | undefined {
  if (ofProvenKey.has(id)) return 'support';
  const { cluster, support, users = 0, mail: _mail, ...others } = uses;
  if (Object.keys(others).length > 0 || isLast({ id, needs }, uses)) return undefined;
  // Tests with more than two accounts may use the admin, so they run alone. Other tests use the admin's API
  // key, and the support user may have the admin's mail address.
  if (users > 2) return undefined;
  if (users === 1 && (cluster === 'on' || cluster === 'read')) return 'on';
  if (support === undefined) return users === 1 && cluster === 'off' ? 'off' : 'cluster';
  return cluster === undefined && users === 0 ? 'support' : undefined;
}

/** Tells whether a test may leave accounts locked, or the address that it sends from throttled. */
export function isLast({ id, needs }: Tested, uses: Uses = usesOf(id)): boolean {
  return needs.includes('lockOut') || uses.source === true;
}

/**
 * Returns undefined if the test runs earlier. With --slow, the tests at places 2 and 4 need an old mailed
 * code: the support user's at 2, a user's at 4. While these codes grow old, the other tests lock other
 * accounts.
 */
export function slowPlace(tested: Tested): number | undefined {
  const { cluster, support, users = 0, clock } = usesOf(tested.id);
  if (clock === true) return users === 0 ? 2 : 4;
  if (!isLast(tested)) return undefined;
  if (support !== undefined) return users === 0 ? 3 : 5;
  return cluster === 'on' ? 1 : 0;
}
