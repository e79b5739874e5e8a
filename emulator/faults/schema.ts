import { answers, refusals, successes } from '../deviations.js';
import { isObject, type JsonObject, own } from '../json.js';
import { type OperationId, operations } from '../operations/table.js';
import type { ReleaseName } from '../releases.js';
import type { Fault } from '../seams.js';

type Change = (body: JsonObject) => JsonObject;
type Wrong = readonly [what: string, wrong: JsonObject | Change, since?: ReleaseName];

const put =
  (wrong: JsonObject): Change =>
  (body) => ({ ...body, ...wrong });

/** Puts properties over those of a success while support MFA is off. */
const whileOff =
  (wrong: JsonObject): Change =>
  (body) =>
    own(body, 'enabled') === true ? body : { ...body, ...wrong };

/** Wrong successes by operation: what each answers. */
const wrongs: readonly (readonly [
  area: string,
  operation: OperationId,
  call: string,
  breaks: string,
  Readonly<Record<string, Wrong>>,
])[] = [
  [
    'get-mfa-config',
    'GetMFAConfig',
    'GET /mfa-config',
    'mfa-config/get-answers-200',
    {
      'enabled-is-text': [
        'enabled as a string',
        (body) => ({ ...body, enabled: String(own(body, 'enabled')) }),
      ],
      'enabled-is-null': ['null for enabled, which is not nullable', { enabled: null }],
      'unknown-type': ['a type outside the enum', { authenticationTypes: ['email', 'totp', 'sms'] }],
      'types-is-text': ['authenticationTypes as one string', { authenticationTypes: 'email,totp' }],
      'retain-is-number': [
        'retainUserMfaSettings as a number',
        (body) => ({
          ...body,
          retainUserMfaSettings: own(body, 'retainUserMfaSettings') === true ? 1 : 0,
        }),
      ],
    },
  ],
  [
    'get-support-mfa',
    'GetSupportMFAConfig',
    'GET /support-user/mfa',
    'support-mfa/get-answers-200',
    {
      'enabled-is-null': ['null for enabled, which is not nullable', { enabled: null }],
      'unknown-mode': ['an mfaType outside the enum while it is off', whileOff({ mfaType: 'none' })],
      'unknown-state': [
        'an otpVerificationState outside the enum while it is off',
        whileOff({ otpVerificationState: 'kOff' }),
        '7.1.2_u3',
      ],
      'email-is-list': [
        'email as a list',
        (body) => ({ ...body, email: own(body, 'email') === null ? [] : [own(body, 'email') ?? ''] }),
      ],
    },
  ],
  [
    'patch-support-mfa',
    'UpdateSupportMFAConfig',
    'PATCH /support-user/mfa',
    'support-mfa/patch-answers-200',
    {
      'enabled-is-number': [
        'enabled as a number',
        (body) => ({ ...body, enabled: own(body, 'enabled') === true ? 1 : 0 }),
      ],
      'uri-is-null': [
        'null for a missing totpUri, which is not nullable',
        (body) => ({ totpUri: null, totpSecretKey: null, ...body }),
      ],
      'unknown-mode': ['an mfaType outside the enum when it is off', whileOff({ mfaType: 'none' })],
      'unknown-state': [
        'an otpVerificationState outside the enum when it is off',
        whileOff({ otpVerificationState: 'kOff' }),
        '7.1.2_u3',
      ],
      'email-is-list': ['email as a list when it is off', whileOff({ email: [] })],
    },
  ],
  [
    'verify-totp',
    'VerifySupportUserTotp',
    'POST /support-user/verify-totp',
    'verify-totp/answers-200',
    {
      'success-is-null': [
        'null for success false, which is not nullable',
        (body) => (own(body, 'success') === true ? body : { ...body, success: null }),
      ],
      'success-is-text': [
        'success as a string',
        (body) => ({ ...body, success: String(own(body, 'success')) }),
      ],
      'message-is-number': ['a number as message', { message: 0 }],
    },
  ],
  [
    'totp-key',
    'CreateTotpKey',
    'POST /totp-key',
    'totp-key/create-answers-201',
    {
      'id-is-number': [
        'totpKeyId as a number',
        (body) => ({
          ...body,
          totpKeyId: Number.parseInt(String(own(body, 'totpKeyId')).slice(0, 8), 16),
        }),
      ],
      'name-is-null': ['null for totpKeyName, which is not nullable', { totpKeyName: null }],
    },
  ],
  [
    'create-session',
    'CreateSession',
    'POST /users/sessions',
    'sessions/create-answers-201',
    {
      'id-is-number': ['sessionId as a number', { sessionId: 17 }],
      'is-empty': ['201 with an empty object', () => ({})],
    },
  ],
  [
    'create-access-token',
    'CreateAccessToken',
    'POST /access-tokens',
    'access-tokens/create-answers-201',
    { 'privileges-is-text': ['privileges as one string', { privileges: 'all' }] },
  ],
];

const wrongSuccesses: readonly Fault[] = wrongs.flatMap(([area, operation, call, breaks, all]) =>
  Object.entries(all).map(([slug, [what, wrong, since]]) => ({
    id: `schema/${area}-${slug}`,
    description: `${call} answers ${what}.`,
    breaks: [breaks],
    ...(since === undefined ? {} : { since }),
    apply: successes(operation, typeof wrong === 'function' ? wrong : put(wrong)),
  })),
);

/** Errors with one wrong property. */
const wrongErrors: readonly (readonly [
  id: string,
  description: string,
  wrong: JsonObject,
  since?: ReleaseName,
])[] = [
  ['error-code-is-number', 'Errors have a number as errorCode.', { errorCode: 42 }],
  ['error-message-is-list', 'Errors have a list as message.', { message: ['No.'] }],
  ['error-task-log-id-is-number', 'Errors have a number as taskLogId.', { taskLogId: 7 }, '7.0'],
];

/** Answers that violate the schemas: wrong types, forbidden nulls, values outside enums. */
export const schemaFaults: readonly Fault[] = [
  ...wrongSuccesses,
  ...wrongErrors.map(
    ([id, description, wrong, since]): Fault => ({
      id: `schema/${id}`,
      description,
      breaks: ['http/errors-are-error'],
      ...(since === undefined ? {} : { since }),
      apply: refusals('any', (answer) => isObject(answer.body) && { body: { ...answer.body, ...wrong } }),
    }),
  ),
];

/** One success status other than the documented one for each operation. */
export const statusFaults: readonly Fault[] = operations.flatMap(({ id, wrongStatus }): Fault[] => {
  if (wrongStatus === undefined) return [];
  const [slug, status, requirement] = wrongStatus;
  return [
    {
      id: `status/${slug}-${status}`,
      description: `${id} succeeds with status ${status}.`,
      breaks: [requirement],
      apply: answers(id, (answer) => {
        if (answer.status >= 300) return;
        answer.status = status;
        answer.body ??= {};
      }),
    },
  ];
});

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
