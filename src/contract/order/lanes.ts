import type { Lane } from '../../base/model/event.js';
import type { Uses } from '../../base/model/uses.js';
import type { Requirement } from '../requirements/catalogue.js';
import { type RequirementId, usesOf } from '../requirements/uses.js';

type Tested = Pick<Requirement, 'id' | 'needs'>;

/**
 * `cluster`, `off` (cluster MFA stays off) and `on` follow each other, in parallel with `support`. The lanes
 * of accounts share the tests of `off` and `on`, which may use any account.
 */
export const queues = ['cluster', 'off', 'on', 'support'] as const;
export type Queue = (typeof queues)[number];

/**
 * Tests of the support user's proven key and of the cluster or accounts. They run alone, but within the
 * support user's lane, whose tests share the key: a new key may cost a TOTP step.
 */
const ofProvenKey: ReadonlySet<string> = new Set<RequirementId>([
  'access/support-mfa-stays-on-without-privilege',
  'mfa-config/apart-from-support-mfa',
  'support-totp/no-change-without-proof',
  'support-totp/not-disabled-with-mailed-code',
  'totp-key/apart-from-support-mfa',
  'ways-in/users-code-switches-nothing-off',
]);

/** Includes the lanes of the cluster and the support user. */
export const mostLanes = 6;

export const laneOfAccount = (at: number): Lane => `account ${at + 1}`;

/** A single account gets no lane: the cluster's lane uses it. */
export function lanesOfAccounts(fit: number, lanes: number): number {
  const count = Math.min(fit, lanes - 2);
  return count > 1 ? count : 0;
}

/** Undefined if the test needs the target for itself. */
export function queueOf({ id, needs }: Tested, uses: Uses = usesOf(id)): Queue | undefined {
  if (ofProvenKey.has(id)) return 'support';
  const { cluster, support, users = 0, mail: _mail, ...others } = uses;
  if (Object.keys(others).length > 0 || isLast({ id, needs }, uses)) return undefined;
  // With more than two accounts the admin may log in, but other tests use the admin's API key.
  if (users > 2) return undefined;
  if (users === 1 && (cluster === 'on' || cluster === 'read')) return 'on';
  if (support === undefined) return users === 1 && cluster === 'off' ? 'off' : 'cluster';
  return cluster === undefined && users === 0 ? 'support' : undefined;
}

/** The test may leave accounts locked or this machine's address throttled. */
export const isLast = ({ id, needs }: Tested, uses: Uses = usesOf(id)): boolean =>
  needs.includes('lockOut') || uses.source === true;

/**
 * Undefined if the test runs earlier. With --slow, places 2 and 4 need an old mailed code of the support user
 * and of a user. While these codes grow old, the other tests lock other accounts.
 */
export function slowPlace(tested: Tested): number | undefined {
  const { cluster, support, users = 0, clock } = usesOf(tested.id);
  if (clock === true) return users === 0 ? 2 : 4;
  if (!isLast(tested)) return undefined;
  if (support !== undefined) return users === 0 ? 3 : 5;
  return cluster === 'on' ? 1 : 0;
}
