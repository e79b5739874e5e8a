import type { OperationId } from '../operations/table.js';
import type { Fault } from '../seams.js';

const wrongSuccesses: readonly {
  readonly operation: OperationId;
  readonly slug: string;
  readonly status: number;
  readonly requirement: string;
}[] = [
  { operation: 'CreateEmailOtp', slug: 'email-otp', status: 200, requirement: 'email-otp/answers-204' },
  {
    operation: 'SendEmailOtp',
    slug: 'send-email-otp',
    status: 202,
    requirement: 'send-email-otp/answers-204',
  },
  {
    operation: 'SendSupportEmailOtp',
    slug: 'send-support-email-otp',
    status: 200,
    requirement: 'support-email/send-answers-204',
  },
  { operation: 'CreateTotpKey', slug: 'totp-key', status: 200, requirement: 'totp-key/create-answers-201' },
  {
    operation: 'GetMFAConfig',
    slug: 'get-mfa-config',
    status: 203,
    requirement: 'mfa-config/get-answers-200',
  },
  {
    operation: 'UpdateMFAConfig',
    slug: 'put-mfa-config',
    status: 200,
    requirement: 'mfa-config/put-answers-204',
  },
  {
    operation: 'GetSupportMFAConfig',
    slug: 'get-support-mfa',
    status: 206,
    requirement: 'support-mfa/get-answers-200',
  },
  {
    operation: 'UpdateSupportMFAConfig',
    slug: 'patch-support-mfa',
    status: 202,
    requirement: 'support-mfa/patch-answers-200',
  },
  {
    operation: 'VerifySupportUserTotp',
    slug: 'verify-totp',
    status: 201,
    requirement: 'verify-totp/answers-200',
  },
  {
    operation: 'CreateSession',
    slug: 'create-session',
    status: 200,
    requirement: 'sessions/create-answers-201',
  },
  {
    operation: 'CreateAccessToken',
    slug: 'create-access-token',
    status: 200,
    requirement: 'access-tokens/create-answers-201',
  },
];

/** One success status other than the documented one for each operation. */
export const statusFaults: readonly Fault[] = wrongSuccesses.map(
  ({ operation, slug, status, requirement }) => ({
    id: `status/${slug}-${status}`,
    description: `${operation} succeeds with status ${status}.`,
    level: 'must',
    fails: [requirement],
    apply: (seams) =>
      seams.answer(operation, (answer) => {
        if (answer.status >= 300) return;
        answer.status = status;
        answer.body ??= {};
      }),
  }),
);
