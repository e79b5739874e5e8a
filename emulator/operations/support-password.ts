import { randomUUID } from 'node:crypto';
import { Refusal, type World } from '../call.js';
import { attempt, passwordOf } from '../codes.js';

export const supportPassword = passwordOf('the support user');

export function demandSupportPassword(password: string | undefined, world: World): void {
  const isRight = () => world.rules.supportPasswordRight(password, world);
  // A missing password does not count as an attempt.
  if (
    password === undefined
      ? isRight()
      : attempt(supportPassword, world, isRight, world.rules.passwordThrottle)
  )
    return;
  throw new Refusal(403, 'KWrongPassword', "The support user's current password is needed for this change.");
}

/** Makes a reference id. It can replace mfaCode once, to switch support MFA off. */
export function newReference(world: World): string {
  const id = randomUUID();
  world.state.referenceIds.add(id);
  world.state.issuedAt.set(id, world.clock.now());
  return id;
}
