import type { Answer, Locks, User, Users } from '../../fixtures/index.js';
import { arrange, demand, expect, guesses, NotAllowedError, test } from '../../fixtures/index.js';
import { isTaken, measured } from './locked.js';

type Attempt = (users: Users, user: User, password: string) => Promise<Answer>;

const atSessions: Attempt = (users, user, password) => users.logins.request(user, { password, ...measured });
const atTokens: Attempt = (users, user, password) => users.sessions.requestToken(user, password, measured);
const atEmailOtp: Attempt = (users, user, password) => users.codes.request(user, { password, ...measured });

const lockOf = (user: User) => `password of ${user.role}`;

async function unlocked(users: Users, locks: Locks): Promise<User> {
  const known = [users.withPassword(), ...users.allWithPassword().slice(1)];
  const all = known.filter((user) => locks.mayLock(user) && !locks.isLocked(lockOf(user)));
  for (const user of all) {
    // Just after cluster MFA was switched off, the target may still refuse the password alone. withoutCode then repeats
    // the login. A user locked by codes gets only one try.
    const login = locks.isLocked(user.role) ? users.login(user, measured) : users.logins.withoutCode(user);
    if ((await login).session !== undefined) return user;
  }
  throw new NotAllowedError(
    'no account that may be locked logs in now: attempts may have locked it, and only --slow waits until locks end',
  );
}

function guessed(users: Users, user: User, locks: Locks, attempt: Attempt) {
  const wrong = guesses.wrongPasswords(user.username);
  // Whoever has an account could guess without a limit if its logins reset the counts of others.
  const others = users
    .allWithPassword()
    .filter((each) => each.role !== user.role && !locks.isLocked(lockOf(each)));
  const [other] = attempt === atSessions ? others : [];
  let sent = 0;
  return guesses.throttling(locks.of(lockOf(user)), async () => {
    sent += 1;
    if (other !== undefined && sent % 3 === 0) await attempt(users, other, other.password.reveal());
    return attempt(users, user, wrong());
  });
}

/** The user whom an earlier test locked by wrong passwords at POST /users/sessions. */
const rowsAtSessions = new WeakMap<Locks, User>();

async function locked(users: Users, locks: Locks) {
  const isOut = async (user: User) => !(await isTaken(atSessions(users, user, user.password.reveal())));
  const before = rowsAtSessions.get(locks);
  if (before !== undefined && locks.isLocked(lockOf(before)) && (await isOut(before)))
    return { user: before, rest: () => Promise.resolve() };
  const user = await unlocked(users, locks);
  const { after, rest } = await guessed(users, user, locks, atSessions);
  if (after !== undefined && (await isOut(user))) return { user, rest };
  if (after !== undefined) await rest();
  return arrange.notApplicable('the target does not visibly lock an account after wrong passwords');
}

for (const [path, id, attempt] of [
  ['POST /users/sessions', 'guessing/passwords-are-throttled-at-sessions', atSessions],
  ['POST /email-otp', 'guessing/passwords-are-throttled-at-email-otp', atEmailOtp],
  ['POST /access-tokens', 'guessing/passwords-are-throttled-at-access-tokens', atTokens],
] as const) {
  test(id, async ({ users, cluster, locks }) => {
    await arrange(cluster.off());
    const user = await arrange(unlocked(users, locks));
    const right = () => attempt(users, user, user.password.reveal());
    const { status } = await right();
    if (status >= 300) arrange.notApplicable(`${path} answers the right password with ${status}`);
    const wrong = await attempt(users, user, `${user.username}-0`);
    if (wrong.status < 300) arrange.notApplicable(`${path} answers a wrong password like the right one`);

    const row = await guessed(users, user, locks, attempt);
    if (attempt === atSessions && row.after !== undefined) rowsAtSessions.set(locks, user);

    const isOut = await guesses.keepsOut(row, () => isTaken(right()));
    demand(isOut, { ...guesses.noThrottle, of: 'passwords' }, row.last);
  });
}

test('guessing/counts-are-shared', async ({ users, cluster, locks }) => {
  await arrange(cluster.off());
  const all = users.allWithPassword();
  const { user, rest } = await arrange(locked(users, locks));
  // The other user shows that a right password gets a token. If there is no other user, the locked user shows
  // it once the lock has ended.
  const other = all.findLast(({ role }) => role !== user.role) ?? user;

  const elsewhere = await atTokens(users, user, user.password.reveal());

  await rest();
  if (!(await isTaken(atTokens(users, other, other.password.reveal()))))
    arrange.notApplicable('the right password gets no access token');
  expect(elsewhere).toBeRefused();
});
