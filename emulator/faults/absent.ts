import type { OperationId } from '../operations/table.js';
import type { Fault } from '../seams.js';

const absent: readonly (readonly [slug: string, id: OperationId, since?: '7.3.1'])[] = [
  ['totp-key', 'CreateTotpKey'],
  ['send-email-otp', 'SendEmailOtp'],
  ['verify-totp', 'VerifySupportUserTotp'],
  ['verify-user-otp', 'VerifyUserOtp', '7.3.1'],
];

/** A documented operation that is not there. */
export const absentFaults: readonly Fault[] = absent.map(([slug, id, since]) => ({
  id: `absent/${slug}`,
  description: `${id} is not there: its path answers as an unknown one does.`,
  breaks: ['http/documented-operations-are-there'],
  ...(since === undefined ? {} : { since }),
  apply: ({ rules }) => {
    rules.absent.add(id);
  },
}));
