import { isSince, type ReleaseName } from '../../src/base/model/releases.js';

/** What each release documents, written down apart from the documents. `since` absent: from the first release on. */
interface Since {
  readonly since?: ReleaseName;
}

interface ExpectedOperation extends Since {
  readonly id: string;
  readonly call: string;
  /** The request's schema, with a `?` where the body is optional. */
  readonly body?: string;
  readonly status: number;
  readonly answer?: string;
  readonly privileges?: readonly string[];
}

const clusterModify = ['CLUSTER_MODIFY'];

const operations: readonly ExpectedOperation[] = [
  {
    id: 'CreateEmailOtp',
    call: 'POST /email-otp',
    body: 'CreateEmailOtpRequestBody?',
    status: 204,
    privileges: [],
  },
  { id: 'SendEmailOtp', call: 'POST /send-email-otp', status: 204, privileges: [] },
  {
    id: 'SendSupportEmailOtp',
    call: 'POST /support-user/send-email-otp',
    status: 204,
    privileges: clusterModify,
  },
  {
    id: 'CreateTotpKey',
    call: 'POST /totp-key',
    body: 'CreateTotpKeyRequestBody',
    status: 201,
    answer: 'TotpKeyInfo',
    privileges: [],
  },
  { id: 'GetMFAConfig', call: 'GET /mfa-config', status: 200, answer: 'MfaConfigInfo', privileges: [] },
  {
    id: 'UpdateMFAConfig',
    call: 'PUT /mfa-config',
    body: 'MfaConfigInfo',
    status: 204,
    privileges: ['MFA_MODIFY'],
  },
  {
    id: 'GetSupportMFAConfig',
    call: 'GET /support-user/mfa',
    status: 200,
    answer: 'SupportMfaConfigInfo',
    privileges: ['CLUSTER_VIEW'],
  },
  {
    id: 'UpdateSupportMFAConfig',
    call: 'PATCH /support-user/mfa',
    body: 'SupportMfaConfigInfo',
    status: 200,
    answer: 'UpdateMFAResult',
    privileges: clusterModify,
  },
  {
    id: 'ConfigureSupportMFAConfig',
    call: 'PUT /support-user/mfa',
    body: 'ConfigureSupportUserMfaParams',
    status: 200,
    answer: 'UpdateMFAResult',
    since: '7.3.2',
  },
  {
    id: 'VerifySupportUserTotp',
    call: 'POST /support-user/verify-totp',
    body: 'VerifyTotpRequest',
    status: 200,
    answer: 'VerifyTotpResult',
    privileges: clusterModify,
  },
  {
    id: 'CreateSession',
    call: 'POST /users/sessions',
    body: 'CreateUserSessionRequestParams',
    status: 201,
    answer: 'UserSession',
  },
  { id: 'DeleteSession', call: 'DELETE /users/sessions', status: 204 },
  {
    id: 'VerifyUserOtp',
    call: 'POST /users/verify-otp',
    body: 'VerifyUserOtpParams',
    status: 200,
    answer: 'VerifiedUser',
    since: '7.3.1',
  },
];

/** By release: in the first one the path of the tokens is written otherwise. */
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

/** `type`, then `?` where null is allowed, then the enumeration; `-` before what is read only, `*` where required. */
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
