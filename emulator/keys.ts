import { randomUUID } from 'node:crypto';
import type { Call, World } from './call.js';
import type { Owner, TotpKey } from './state.js';

export function createKey(
  owner: Owner,
  accountName: string,
  name: string | null,
  call: Call,
  world: World,
): TotpKey {
  const { algorithm, digits, period } = world.rules.totp;
  return {
    id: randomUUID(),
    name,
    owner,
    accountName,
    secret: world.rules.newSecret(call, world),
    parameters: { algorithm, digits, period },
    acceptedSteps: new Set(),
  };
}

/** The members of a key that only the answer to its creation has. */
export function shownOnce(key: TotpKey, world: World): { totpSecretKey: string; totpUri: string } {
  const totpSecretKey = world.rules.secretText(key.secret);
  return { totpSecretKey, totpUri: world.rules.keyUri(key, totpSecretKey) };
}
