import type { Answer, Fixtures, Lock, Locks, Login, User, Users } from '../../fixtures/index.js';
import { ArrangeError, arrange, demand, guesses, NotAllowedError } from '../../fixtures/index.js';

/** These tests measure how many attempts the target accepts. So it may accept or refuse each attempt. */
export const measured = { expects: 'either' } as const;

type Given = Pick<Fixtures, 'users' | 'codes' | 'locks'>;

export interface Guessed {
  readonly user: User;
  readonly after: number | undefined;
  readonly last: Answer;
  /** A login with a right code. If the target refuses it too, the account is locked. */
  readonly right: { readonly code: string; readonly type: 'totp'; readonly expects: 'either' };
  readonly isOut: boolean;
  /** The login with the right code. */
  readonly login: Login;
  /** Sends another wrong code, the way the right one was sent. */
  again(): Promise<Answer>;
  rest(): Promise<void>;
}

const known = new WeakMap<Locks, { guessed: Guessed; newCode: () => string }>();

/** Makes the option `opens` for `throttling`, which ends a series if a wrong code opened a session. */
export const opensNothing = (users: Users, user: User, type: 'totp' | 'email') => ({
  opens: (answer: Answer) => users.logins.wronglyOpened(user, type, answer),
});

/**
 * Sends wrong TOTP codes until the answers change. If an earlier test locked an account so, returns its result.
 * @param closeAfter whether each code comes by its own connection, from a client of another name
 */
export async function guessedByTotp(given: Given, closeAfter = true): Promise<Guessed> {
  const { users, codes, locks } = given;
  const before = known.get(locks);
  if (closeAfter && before !== undefined && locks.isLocked(before.guessed.user.role)) {
    const right = { ...before.guessed.right, code: before.newCode() };
    const login = await users.login(before.guessed.user, right);
    if (login.session === undefined) return { ...before.guessed, right, isOut: true, login };
  }
  const { user, authenticator } = await freeWithKey(given);
  let client = 0;
  const wrong = (more: object) =>
    users.logins.request(user, { code: codes.wrong(authenticator), type: 'totp', ...measured, ...more });
  const { after, last, rest } = await guesses.throttling(
    locks.of(user.role),
    () => {
      client += 1;
      const headers = closeAfter ? { 'User-Agent': `mfa-conformance/${client}` } : {};
      return wrong({ closeAfter, headers });
    },
    opensNothing(users, user, 'totp'),
  );
  const right = { code: await codes.unused(authenticator), type: 'totp', ...measured } as const;
  const login = await users.login(user, right);
  const guessed = {
    user,
    after,
    last,
    right,
    isOut: login.session === undefined,
    login,
    rest,
    again: () => wrong({}),
  };
  known.set(locks, { guessed, newCode: () => codes.at(authenticator, 0) });
  return guessed;
}

export async function isOut(users: Users, user: User, right: Guessed['right']): Promise<boolean> {
  return (await users.login(user, right)).session === undefined;
}

/** Tells whether the target limited wrong codes. Waits until the lock ends, if the run waits for locks. */
export async function isLimited({ after, isOut, rest }: Guessed): Promise<boolean> {
  if (isOut || after !== undefined) await rest();
  return isOut || after !== undefined;
}

/** Returns an account that wrong codes have locked. The test is not applicable if they lock none. */
export async function lockedByTotp(given: Given): Promise<Guessed> {
  const guessed = await guessedByTotp(given);
  if (guessed.after !== undefined && guessed.isOut) return guessed;
  if (guessed.isOut) await guessed.rest();
  return arrange.notApplicable('the target does not visibly lock an account after wrong codes');
}

type Accounts = Pick<Fixtures, 'users' | 'locks'>;

/** Returns a new key of a user whom no test has locked. */
export const freeWithKey = async ({ users, locks }: Accounts) =>
  users.enrolled(await locks.free(users.allWithReplaceableTotp()));

/** Returns a mailed code of such a user. If this fails after guesses of TOTP codes, the test is not run. */
export async function freeWithCode({ users, locks }: Accounts) {
  const n = await locks.free(users.allWithMail());
  return users.mailed(n).catch((error: unknown) => {
    if (!(error instanceof ArrangeError && known.has(locks))) throw error;
    throw new NotAllowedError(`guesses of earlier tests may have locked the account: ${error.message}`);
  });
}

/** Sends wrong codes or passwords. Expects the target to limit them, or to refuse the right one after them. */
export async function mustKeepOut(
  lock: Lock,
  guess: () => Promise<Answer>,
  isTaken: () => Promise<boolean>,
  { of = 'codes', fact, ...options }: KeptOut = {},
): Promise<guesses.Throttling> {
  const series = await guesses.throttling(lock, guess, options);
  fact?.(series.after ?? null);
  demand(await guesses.keepsOut(series, isTaken), { ...guesses.noThrottle, of }, series.last);
  return series;
}

interface KeptOut extends guesses.ThrottlingOptions {
  readonly of?: 'codes' | 'passwords';
  readonly fact?: (after: number | null) => void;
}

export const isTaken = async (answer: Promise<Answer>) => (await answer).status < 400;
