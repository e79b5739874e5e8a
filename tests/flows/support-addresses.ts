import { addressesOf } from '../../src/connection/connection.js';
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
