import type { OperationId } from '../operations/table.js';
import type { Fault } from '../seams.js';

const isThere = 'http/documented-operations-are-there';

/** A documented operation that is not there: what else fails with it is the same breach. */
const absent: readonly (readonly [
  slug: string,
  id: OperationId,
  fails: readonly string[],
  since?: '7.3.1',
])[] = [
  ['totp-key', 'CreateTotpKey', ['totp-key/create-answers-201']],
  [
    'send-email-otp',
    'SendEmailOtp',
    ['send-email-otp/answers-204', 'send-email-otp/mails-one-code-to-the-caller'],
  ],
  [
    'verify-totp',
    'VerifySupportUserTotp',
    ['verify-totp/answers-200', 'verify-totp/accepts-current-code', 'verify-totp/accepts-leading-zero'],
  ],
  [
    'verify-user-otp',
    'VerifyUserOtp',
    [
      'second-step/answers-200',
      'second-step/right-code-finishes-the-login',
      'second-step/mailed-code-finishes-the-login',
    ],
    '7.3.1',
  ],
];

export const absentFaults: readonly Fault[] = absent.map(([slug, id, fails, since]) => ({
  id: `absent/${slug}`,
  description: `${id} is not there: its path answers as an unknown one does.`,
  level: 'must',
  fails: [isThere, ...fails],
  ...(since === undefined ? {} : { since }),
  apply: ({ rules }) => {
    rules.absent.add(id);
  },
}));
