import { addressesOf } from '../../src/connection/connection.js';
import type { SupportMfa } from '../../src/connection/support-mfa.js';
import { ArrangeError } from '../../src/errors.js';
import type { Target } from '../../src/target-file/target.js';

interface Addresses {
  /** The support user's. */
  readonly email: string;
  /** Another that the suite reads. */
  readonly second: string;
  readonly third: string | undefined;
}

/** @throws ArrangeError where there are no two */
export function twoAddresses(target: Target): Addresses {
  const { email } = target.supportUser;
  const [second, third] = addressesOf(target).filter((address) => address !== email);
  if (email === undefined || second === undefined)
    throw new ArrangeError('The target file has no two addresses.');
  return { email, second, third };
}

/** Support MFA on by e-mail, at whichever address it is: `email` is that one. @throws ArrangeError where there are no two */
export async function onAtAny(support: SupportMfa, target: Target): Promise<Addresses> {
  const { email: usual, second: other, third: last } = twoAddresses(target);
  const all = [usual, other, ...(last === undefined ? [] : [last])];
  const email = await support.ensureEmail(usual, ...all);
  const [second = other, third] = all.filter((address) => address !== email);
  return { email, second, third };
}
