import type { ClusterMfa, Login, MailUser, Users } from '../../fixtures/index.js';
import { arrange, expect, mfa, oneDigitOff } from '../../fixtures/index.js';

/** Why a test that needs two different codes can't show anything. */
export const sameCodeAgain = 'The target mails the same code again while it lives.';

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
  if (newest === undefined) throw arrange.failure('No code was mailed any more.');
  return newest;
}

export const otherCode = (code: string, place: 'first' | 'last') => oneDigitOff(code, place)[0] ?? '';

/** Expects that at most one of the concurrent logins succeeds. A target may refuse all. */
export async function openAtMostOne(logins: readonly Promise<Login>[]): Promise<void> {
  const all = await Promise.all(logins);
  const opened = all.filter(({ session }) => session !== undefined).length;
  expect(opened).toBeAtMost(1, 'sessions by one code', ...all.map(({ answer }) => answer));
}
