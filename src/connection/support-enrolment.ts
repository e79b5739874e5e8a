import { textIn } from '../judging/body.js';
import { Authenticator } from '../otp/authenticator.js';
import { parseKeyUri } from '../otp/key-uri.js';
import type { Answer } from './api.js';

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

/** Undefined where no code can be computed from the URI. */
export function authenticatorOf(uri: string): Authenticator | undefined {
  const { keyUri, usable } = parseKeyUri(uri);
  const parameters = keyUri ?? usable;
  return parameters === undefined ? undefined : Authenticator.fromKeyUri(parameters);
}

/** The Key URI of a new enrolment; where the target's own is unusable, one made of the secret alone. */
export function enrolmentOf({
  fields,
}: Answer<'UpdateSupportMFAConfig' | 'ConfigureSupportMFAConfig'>): string | undefined {
  const uri = textIn(fields.totpUri);
  if (uri !== undefined && authenticatorOf(uri) !== undefined) return uri;
  const secret = textIn(fields.totpSecretKey);
  return secret === undefined ? undefined : `otpauth://totp/support?secret=${encodeURIComponent(secret)}`;
}
