import { notApplicable } from '../../fixtures/not-applicable.js';
import type { User, Users } from '../../fixtures/users.js';
import { ArrangeError } from '../../src/base/errors.js';
import type { Credential } from '../../src/wire/http/credential.js';

export type FirstStep = Extract<Credential, { scheme: 'SessionIdHeader' }>;

/** A login that the password began; a target may ask for the code at once instead. */
export async function begun(users: Users, user: User): Promise<FirstStep> {
  const { handedOut, session } = await users.login(user);
  if (session !== undefined) throw new ArrangeError('The password alone opened a full session.');
  if (handedOut === undefined) {
    await users.endRow(user);
    notApplicable('the password alone begins no login: the code comes with it');
  }
  if (handedOut?.scheme !== 'SessionIdHeader') throw new ArrangeError('No session began the login.');
  return handedOut;
}

export async function opens(users: Users, user: User, { id }: FirstStep): Promise<boolean> {
  return (await users.openedBy(user, id.reveal())).session !== undefined;
}
