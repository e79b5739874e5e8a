import { isSince, type ReleaseName } from '../../src/base/model/releases.js';

/** The documented operations and properties, kept apart from the documents. Default of `since`: the first release. */
interface Since {
  readonly since?: ReleaseName;
}

interface ExpectedOperation extends Since {
  readonly id: string;
  readonly call: string;
  /** The request's schema, with a `?` if the body is optional. */
  readonly body?: string;
  readonly status: number;
  readonly answer?: string;
  readonly privileges?: readonly string[];
}

type OperationRow = readonly [
  id: string,
  call: string,
  body: string | undefined,
  status: number,
  answer: string | undefined,
  privileges?: readonly string[] | undefined,
  since?: ReleaseName,
];

const none = undefined;
const modify = ['CLUSTER_MODIFY'];

const rows: readonly OperationRow[] = [
  ['CreateEmailOtp', 'POST /email-otp', 'CreateEmailOtpRequestBody?', 204, none, []],
  ['SendEmailOtp', 'POST /send-email-otp', none, 204, none, []],
  ['SendSupportEmailOtp', 'POST /support-user/send-email-otp', none, 204, none, modify],
  ['CreateTotpKey', 'POST /totp-key', 'CreateTotpKeyRequestBody', 201, 'TotpKeyInfo', []],
  ['GetMFAConfig', 'GET /mfa-config', none, 200, 'MfaConfigInfo', []],
  ['UpdateMFAConfig', 'PUT /mfa-config', 'MfaConfigInfo', 204, none, ['MFA_MODIFY']],
  ['GetSupportMFAConfig', 'GET /support-user/mfa', none, 200, 'SupportMfaConfigInfo', ['CLUSTER_VIEW']],
  [
    'UpdateSupportMFAConfig',
    'PATCH /support-user/mfa',
    'SupportMfaConfigInfo',
    200,
    'UpdateMFAResult',
    modify,
  ],
  [
    'ConfigureSupportMFAConfig',
    'PUT /support-user/mfa',
    'ConfigureSupportUserMfaParams',
    200,
    'UpdateMFAResult',
    none,
    '7.3.2',
  ],
  [
    'VerifySupportUserTotp',
    'POST /support-user/verify-totp',
    'VerifyTotpRequest',
    200,
    'VerifyTotpResult',
    modify,
  ],
  ['CreateSession', 'POST /users/sessions', 'CreateUserSessionRequestParams', 201, 'UserSession'],
  ['DeleteSession', 'DELETE /users/sessions', none, 204, none],
  ['VerifyUserOtp', 'POST /users/verify-otp', 'VerifyUserOtpParams', 200, 'VerifiedUser', none, '7.3.1'],
];

const operations: readonly ExpectedOperation[] = rows.map(
  ([id, call, body, status, answer, privileges, since]) => ({
    id,
    call,
    status,
    ...(body === undefined ? {} : { body }),
    ...(answer === undefined ? {} : { answer }),
    ...(privileges === undefined ? {} : { privileges }),
    ...(since === undefined ? {} : { since }),
  }),
);

/** The first release has another path for tokens. */
export function expectedOperations(release: ReleaseName): Record<string, unknown>[] {
  const token: ExpectedOperation = {
    id: 'CreateAccessToken',
    call: release === '6.6.0d' ? 'POST /accessTokens' : 'POST /access-tokens',
    body: 'CreateAccessTokenRequestParams',
    status: 201,
    answer: 'AccessTokenResponse',
  };
  return [...operations, token]
    .filter(({ since }) => since === undefined || isSince(release, since))
    .map(({ id, call, body, status, answer, privileges }) => ({
      id,
      call,
      body,
      status,
      answer,
      privileges: release === 'latest' ? privileges : undefined,
    }));
}

export function expectedCredentials(release: ReleaseName): Record<string, string> {
  return {
    APIKeyHeader: 'apiKey',
    ...(isSince(release, '7.1.2_u3') ? { Bearer: 'Authorization' } : {}),
    ...(isSince(release, '7.2.1') ? { SessionIdHeader: 'session-id' } : {}),
  };
}

/** `type`, then `?` if nullable, then the enumeration; `-` marks read-only, `*` required properties. */
type Row = readonly [property: string, shape: string, since?: ReleaseName];

const login: readonly Row[] = [
  ['username', 'string?'],
  ['password', 'string?'],
  ['domain', 'string?'],
];

const ways = (release: ReleaseName) => (isSince(release, '6.8.1') ? 'email|totp|salesforce' : 'email|totp');

function schemas(release: ReleaseName): Record<string, readonly Row[]> {
  return {
    MfaConfigInfo: [
      ['enabled', 'boolean =false'],
      ['authenticationTypes', `array? of string ${ways(release)}`],
      ['retainUserMfaSettings', 'boolean?'],
    ],
    SupportMfaConfigInfo: [
      ['enabled', 'boolean =false'],
      ['mfaType', `string? ${ways(release)}`],
      ['email', 'string?'],
      ['mfaCode', 'string?', '6.8.1'],
      ['otpVerificationState', 'string? kNotStarted|kSuccess|kFailure|kPending', '7.1.2_u3'],
      ['currentPassword', 'string?', '7.3'],
      ['isQuorumManaged', '-boolean?', '7.3'],
      ['referenceId', 'string?', '7.3.1'],
      ['requiresPasswordAuth', '-boolean =true', '7.3'],
    ],
    SupportTotpKeyInfo: [
      ['accountName', 'string'],
      ['totpSecretKey', 'string'],
      ['totpUri', 'string'],
    ],
    TotpKeyInfo: [
      ['totpKeyId', 'string'],
      ['totpKeyName', 'string'],
      ['totpSecretKey', 'string'],
      ['totpUri', 'string'],
    ],
    CreateTotpKeyRequestBody: [['totpKeyName', 'string?']],
    CreateEmailOtpRequestBody: login,
    VerifyTotpRequest: [
      ['totpCode', 'string?'],
      ['purpose', 'string? DisableMfa|VerifyOtp =VerifyOtp', '7.3.1'],
      ['supportUserPassword', 'string?', '7.3.1'],
    ],
    VerifyTotpResult: [
      ['success', 'boolean =false'],
      ['message', 'string?'],
      ['referenceId', 'string?', '7.3.1'],
    ],
    CreateUserSessionRequestParams: [
      ...login,
      ['otpCode', 'string?'],
      ['otpType', `string? ${ways(release)}`],
      ['certificate', 'string?'],
      ['privateKey', 'string?'],
    ],
    UserSession: [['sessionId', 'string']],
    CreateAccessTokenRequestParams: [
      ['username', '*string?'],
      ['password', '*string?'],
      ['domain', 'string?'],
    ],
    AccessTokenResponse: [
      ['accessToken', 'string?'],
      ['tokenType', 'string?'],
      ['privileges', 'array of string'],
    ],
    Error: [
      ['errorCode', 'string?'],
      ['message', 'string?'],
      ['taskLogId', 'string?', '7.0'],
    ],
    ...(isSince(release, '7.3.1')
      ? {
          VerifyUserOtpParams: [
            ['otp', '*string?'],
            ['type', `*string? ${ways(release)}`],
          ],
          VerifiedUser: login.filter(([name]) => name !== 'password'),
        }
      : {}),
    ...(isSince(release, '7.3.2')
      ? {
          ConfigureSupportUserMfaParams: [
            ['currentPassword', 'string?'],
            ['email', 'string?'],
            ['mfaType', `string? ${ways(release)}`],
          ],
        }
      : {}),
  };
}

/** `Schema.property: shape` for all properties of the release, sorted. */
export function expectedProperties(release: ReleaseName): string[] {
  return Object.entries(schemas(release))
    .flatMap(([schema, rows]) =>
      rows
        .filter(([, , since]) => since === undefined || isSince(release, since))
        .map(([property, shape]) => `${schema}.${property}: ${shape}`),
    )
    .sort();
}
