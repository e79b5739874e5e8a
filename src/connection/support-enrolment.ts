import type { Authenticator } from '../otp/authenticator.js';
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
