import type { Locks } from '../../fixtures/locks.js';
import { enrolled } from '../../fixtures/logins.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { throttling } from '../../fixtures/throttling.js';
import type { User, Users } from '../../fixtures/users.js';
import { ArrangeError, NotAllowedError } from '../../src/base/errors.js';
import type { Answer } from '../../src/target/connection/api.js';
import type { ClusterMfa } from '../../src/target/connection/cluster-mfa.js';
import type { Codes } from '../../src/target/connection/codes.js';

export const throttlingIsTested = true;

export interface Given {
  readonly users: Users;
  readonly cluster: ClusterMfa;
  readonly codes: Codes;
  readonly locks: Locks;
}

/** A user after wrong TOTP codes, which may have locked the account. */
export interface Guessed {
  readonly user: User;
  /** See Throttling. */
  readonly after: number | undefined;
  readonly last: Answer;
  /** A login with a right code, which is refused where the account is locked. */
  readonly right: { readonly code: string; readonly type: 'totp'; readonly throttlingIsTested: true };
  readonly isOut: boolean;
  rest(): Promise<void>;
}

const known = new WeakMap<Locks, { guessed: Guessed; newCode: () => string }>();

/**
 * Wrong TOTP codes at logins, until something changes. While an account is still locked by those of an earlier test, it
 * serves for this one, too.
 *
 * @param closeAfter each on a connection of its own
 */
export async function guessedByTotp(given: Given, closeAfter = true): Promise<Guessed> {
  const { users, cluster, codes, locks } = given;
  const before = known.get(locks);
  if (closeAfter && before !== undefined && locks.isLocked(before.guessed.user.role)) {
    const right = { ...before.guessed.right, code: before.newCode() };
    if (await isOut(users, before.guessed.user, right)) return { ...before.guessed, right, isOut: true };
  }
  const n = await locks.free(users.allWithReplaceableTotp());
  const { user, authenticator } = await enrolled(users, cluster, n);
  const { after, last, rest } = await throttling(locks.of(user.role), async () => {
    const code = codes.wrong(authenticator);
    return users.requestSession(user, { code, type: 'totp', throttlingIsTested, closeAfter });
  });
  const right = { code: await codes.unused(authenticator), type: 'totp', throttlingIsTested } as const;
  const guessed = { user, after, last, right, isOut: await isOut(users, user, right), rest };
  known.set(locks, { guessed, newCode: () => codes.at(authenticator, 0) });
  return guessed;
}

export async function isOut(users: Users, user: User, right: Guessed['right']): Promise<boolean> {
  return (await users.login(user, right)).session === undefined;
}

/** Whether wrong codes were limited at all; the lock is left as it is, or waited for. */
export async function isLimited({ after, isOut, rest }: Guessed): Promise<boolean> {
  if (isOut || after !== undefined) await rest();
  return isOut || after !== undefined;
}

/** Where wrong codes keep a right one out: else the requirement does not apply. */
export async function lockedByTotp(given: Given): Promise<Guessed> {
  const guessed = await guessedByTotp(given);
  if (guessed.after !== undefined && guessed.isOut) return guessed;
  if (guessed.isOut) await guessed.rest();
  notApplicable('wrong codes keep no right one out');
  return guessed;
}

/** What can't be prepared here: an account that earlier tests of this folder guessed at may be locked without a word. */
export function unlessLocked<T>(locks: Locks, prepared: Promise<T>): Promise<T> {
  return prepared.catch((error: unknown) => {
    if (!(error instanceof ArrangeError && known.has(locks))) throw error;
    throw new NotAllowedError(`guesses of earlier tests may have locked the account: ${error.message}`);
  });
}
