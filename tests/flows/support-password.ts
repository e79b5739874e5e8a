import { notApplicable } from '../../fixtures/not-applicable.js';
import { memberOf } from '../../src/contract/judging/body.js';
import type { SupportMfa } from '../../src/target/connection/support-mfa.js';

/** Nobody's, and no secret. */
export const wrongPassword = 'not-the-password-of-the-support-user';

/** Ends the test where the target says that it takes no password for changes. */
export async function requiresPassword(support: SupportMfa): Promise<void> {
  const { body } = await support.get();
  if (memberOf(body, 'requiresPasswordAuth') === false) {
    notApplicable('the target says requiresPasswordAuth false');
  }
}
