import { randomUUID } from 'node:crypto';
import { Refusal, type World } from '../call.js';

/** @throws Refusal without the support user's right password */
export function demandSupportPassword(password: string | undefined, world: World): void {
  if (world.rules.supportPasswordRight(password, world)) return;
  throw new Refusal(403, 'KWrongPassword', "The support user's current password is needed for this change.");
}

/** A reference id for a code that was right: in place of mfaCode it switches MFA off, once. */
export function newReference(world: World): string {
  const id = randomUUID();
  world.state.referenceIds.add(id);
  world.state.issuedAt.set(id, world.clock.now());
  return id;
}
