import { bothTypes } from '../../fixtures/logins.js';
import { ifItCan } from '../../fixtures/test.js';
import type { MailUser, Users } from '../../fixtures/users.js';
import { ArrangeError } from '../../src/base/errors.js';
import type { ClusterMfa } from '../../src/target/connection/cluster-mfa.js';

/** Why nothing shows whether a newer code voids an older one. */
export const sameCodeAgain = 'The target mails the same code again while it lives.';

/**
 * Another code while only TOTP is enabled. Where none is mailed then it is one of the moment before, when e-mail was
 * enabled: narrowed is, for sure, once POST /email-otp says so.
 */
export async function mailedBefore(users: Users, cluster: ClusterMfa, user: MailUser): Promise<string> {
  const ask = () => ifItCan(users.mailedCode(user));
  const asked = await ask();
  if (asked !== undefined) return asked;
  await cluster.on(bothTypes);
  let newest = await cluster.settles(ask, (code) => code !== undefined);
  await cluster.on(['totp']);
  await cluster.settles(ask, (code) => {
    newest = code ?? newest;
    return code === undefined;
  });
  if (newest === undefined) throw new ArrangeError('No code was mailed any more.');
  return newest;
}
