import type { ClusterMfa, Connection, Login, MailUser, Users } from '../../fixtures/index.js';
import { arrange, expect, mfa, oneDigitOff, tenAndAHalfMinutes } from '../../fixtures/index.js';

/** Ends the test if cluster MFA was found on, because users must keep the types that they use. */
export async function mayNarrow(cluster: ClusterMfa): Promise<void> {
  if ((await cluster.found()).enabled)
    arrange.notRun('cluster MFA was found on, and users may need the type that the test would remove');
}

/** Why a test that needs two different codes can't show anything. */
export const sameCodeAgain = 'the target mails the same code again as long as it is valid';

/** Returns a code mailed while only TOTP is enabled or, if the target then mails none, the last one from before. */
export async function mailedBefore(users: Users, cluster: ClusterMfa, user: MailUser): Promise<string> {
  const ask = () => arrange.ifItCan(users.codes.mailed(user));
  const asked = await ask();
  if (asked !== undefined) return asked;
  await cluster.on(mfa.bothTypes);
  let newest = await cluster.settles(ask, (code) => code !== undefined);
  await cluster.on(['totp']);
  await cluster.settles(ask, (code) => {
    newest = code ?? newest;
    return code === undefined;
  });
  if (newest === undefined) throw arrange.failure('The target mailed no code.');
  return newest;
}

/** Returns two codes that differ from this one in one digit: the first of them, or the last. */
export const otherCodes = (code: string) =>
  (['first', 'last'] as const).map((place) => oneDigitOff(code, place)[0] ?? '');

/** Measures between which two ages, in seconds, a code expires. Needs clock control. */
export async function lifetime(users: Users, user: MailUser, { waiter }: Connection): Promise<string> {
  let dead = tenAndAHalfMinutes / 1000;
  for (const age of [570, 290, 110, 50]) {
    const code = await users.codes.mailed(user);
    await waiter.letPass(age * 1000, 'ageing');
    if ((await users.login(user, { code, type: 'email' })).session !== undefined) return `${age} to ${dead}`;
    dead = age;
  }
  return `under ${dead}`;
}

/** Expects that at most one of the concurrent logins succeeds. A target may refuse all. */
export async function openAtMostOne(logins: readonly Promise<Login>[]): Promise<void> {
  const all = await Promise.all(logins);
  const opened = all.filter(({ session }) => session !== undefined);
  // A report names the last answer: one that opened a session.
  const answers = [...all.filter((login) => !opened.includes(login)), ...opened].map(({ answer }) => answer);
  expect(opened.length).toBeAtMost(1, 'sessions by one code', ...answers);
}
