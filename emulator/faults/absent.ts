import type { OperationId } from '../operations/table.js';
import type { Fault } from '../seams.js';

const absent: readonly (readonly [slug: string, id: OperationId, since?: '7.3.1'])[] = [
  ['totp-key', 'CreateTotpKey'],
  ['send-email-otp', 'SendEmailOtp'],
  ['verify-totp', 'VerifySupportUserTotp'],
  ['verify-user-otp', 'VerifyUserOtp', '7.3.1'],
];

/** A documented operation that is missing. */
export const absentFaults: readonly Fault[] = absent.map(([slug, id, since]) => ({
  id: `absent/${slug}`,
  description: `${id} is missing: its path answers like an unknown one.`,
  breaks: ['http/documented-operations-are-there'],
  ...(since === undefined ? {} : { since }),
  apply: ({ rules }) => {
    rules.absent.add(id);
  },
}));
