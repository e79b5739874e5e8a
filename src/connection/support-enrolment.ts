import type { Authenticator } from '../otp/authenticator.js';
import type { Answer } from './api.js';
import type { Codes } from './codes.js';

/** A new TOTP key of the support user, and the authenticator that makes its codes. */
export interface SupportEnrolment {
  readonly answer: Answer<'UpdateSupportMFAConfig' | 'ConfigureSupportMFAConfig'>;
  readonly authenticator: Authenticator;
}

/** A key that a code proved. */
export interface Verified extends SupportEnrolment {
  /** By which it was proven: used, that is. */
  readonly code: string;
}

/** What became of a right code. */
export interface Proof {
  readonly code: string;
  readonly answer: Answer<'VerifySupportUserTotp'>;
}

/**
 * Verifies the code of the step before, where the target takes that: the current one is left then for the change that
 * follows. Else the current one.
 */
export async function proofOf(
  codes: Codes,
  authenticator: Authenticator,
  verify: (code: string) => Promise<Answer<'VerifySupportUserTotp'>>,
  current?: string,
): Promise<Proof> {
  const before = await codes.before(authenticator);
  if (before !== undefined) {
    const answer = await verify(before);
    if (answer.fields.success === true) return { code: before, answer };
  }
  const code = current ?? (await codes.unused(authenticator));
  const answer = await verify(code);
  // Of a key that is not in force all codes are refused.
  if (before !== undefined && answer.fields.success === true) codes.refuses(-1);
  return { code, answer };
}

/**
 * Ends a row of wrong codes of the support user by a right one, where one is at hand without a wait, or where a wait is
 * worth it: rows of several tests must not add up to what locks the support user. Else the current code is left for the
 * change that follows. A refusal teaches nothing: a target may take codes of rising steps only.
 *
 * @returns whether it was ended
 */
export async function endRow(
  codes: Codes,
  authenticator: Authenticator,
  verify: (code: string) => Promise<Answer<'VerifySupportUserTotp'>>,
  mayWait: boolean,
): Promise<boolean> {
  const before = await codes.before(authenticator);
  if (before !== undefined && (await verify(before)).fields.success === true) return true;
  return mayWait && (await verify(await codes.unused(authenticator))).fields.success === true;
}
