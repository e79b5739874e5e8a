import type { SupportMfa, Target } from '../../fixtures/index.js';
import { addressesOf, arrange } from '../../fixtures/index.js';

interface Addresses {
  readonly email: string;
  readonly second: string;
  readonly third: string | undefined;
}

/** @throws ArrangeError if the target file has no address of the support user */
export function ownAddress({ supportUser }: Target): string {
  if (supportUser.email === undefined) throw arrange.failure('The target file has no supportUser.email.');
  return supportUser.email;
}

export function twoAddresses(target: Target): Addresses {
  const email = ownAddress(target);
  const [second, third] = addressesOf(target).filter((address) => address !== email);
  if (second === undefined) throw arrange.failure('The target file has fewer than two mail addresses.');
  return { email, second, third };
}

/** Switches support MFA to e-mail. @returns the address in use @throws ArrangeError if the target file has none */
export const onAtOne = async (support: SupportMfa, target: Target): Promise<string> =>
  support.ensureEmail(ownAddress(target), ...threeAddresses(target));

/** Like {@link onAtOne}; also returns another address. @throws ArrangeError if the target file has only one */
export async function onAtAny(support: SupportMfa, target: Target): Promise<Addresses> {
  const { second: other } = twoAddresses(target);
  const email = await onAtOne(support, target);
  const [second = other, third] = threeAddresses(target).filter((address) => address !== email);
  return { email, second, third };
}

const threeAddresses = (target: Target) =>
  [...new Set([ownAddress(target), ...addressesOf(target)])].slice(0, 3);

export async function mailedCode(support: SupportMfa, target: Target): Promise<string> {
  // If support MFA is on, it stays on, because the target might refuse to switch it off.
  return support.mailedCode(await support.ensureEmail(ownAddress(target)));
}
