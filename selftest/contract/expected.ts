import { isSince, type ReleaseName, releaseNames } from '../../src/base/model/releases.js';
import { rows } from '../tool/rows.js';

// Written independently of the documents. Without `since`, all releases have it.

/** Columns: id, call, request schema (`?`: the body is optional), status, answer, privileges, since. */
const operations = rows`
  CreateEmailOtp | POST /email-otp | CreateEmailOtpRequestBody? | 204 |  | none
  SendEmailOtp | POST /send-email-otp |  | 204 |  | none
  SendSupportEmailOtp | POST /support-user/send-email-otp |  | 204 |  | CLUSTER_MODIFY
  CreateTotpKey | POST /totp-key | CreateTotpKeyRequestBody | 201 | TotpKeyInfo | none
  GetMFAConfig | GET /mfa-config |  | 200 | MfaConfigInfo | none
  UpdateMFAConfig | PUT /mfa-config | MfaConfigInfo | 204 |  | MFA_MODIFY
  GetSupportMFAConfig | GET /support-user/mfa |  | 200 | SupportMfaConfigInfo | CLUSTER_VIEW
  UpdateSupportMFAConfig | PATCH /support-user/mfa | SupportMfaConfigInfo | 200 | UpdateMFAResult | CLUSTER_MODIFY
  ConfigureSupportMFAConfig | PUT /support-user/mfa | ConfigureSupportUserMfaParams | 200 | UpdateMFAResult |  | 7.3.2
  VerifySupportUserTotp | POST /support-user/verify-totp | VerifyTotpRequest | 200 | VerifyTotpResult | CLUSTER_MODIFY
  CreateSession | POST /users/sessions | CreateUserSessionRequestParams | 201 | UserSession
  DeleteSession | DELETE /users/sessions |  | 204
  VerifyUserOtp | POST /users/verify-otp | VerifyUserOtpParams | 200 | VerifiedUser |  | 7.3.1
  CreateAccessToken | POST /access-tokens | CreateAccessTokenRequestParams | 201 | AccessTokenResponse
`;

const isIn = (release: ReleaseName) => (since: string | undefined) =>
  since === undefined || releaseNames.some((name) => name === since && isSince(release, name));

export function expectedOperations(release: ReleaseName): Record<string, unknown>[] {
  return operations
    .filter(([, , , , , , since]) => isIn(release)(since))
    .map(([id, call, body, status, answer, privileges]) => ({
      id,
      call: release === '6.6.0d' ? call?.replace('access-tokens', 'accessTokens') : call,
      body: body || undefined,
      status: Number(status),
      answer: answer || undefined,
      privileges:
        release === 'latest' && privileges
          ? privileges.split(' ').filter((name) => name !== 'none')
          : undefined,
    }));
}

export function expectedCredentials(release: ReleaseName): Record<string, string> {
  return {
    APIKeyHeader: 'apiKey',
    ...(isSince(release, '7.1.2_u3') ? { Bearer: 'Authorization' } : {}),
    ...(isSince(release, '7.2.1') ? { SessionIdHeader: 'session-id' } : {}),
  };
}

/** Type (`?`: nullable), enumeration, default (`=`), `-`: read-only, `*`: required; first release last. */
const properties = rows`
  MfaConfigInfo.enabled: boolean =false
  MfaConfigInfo.authenticationTypes: array? of string WAYS
  MfaConfigInfo.retainUserMfaSettings: boolean?
  SupportMfaConfigInfo.enabled: boolean =false
  SupportMfaConfigInfo.mfaType: string? WAYS
  SupportMfaConfigInfo.email: string?
  SupportMfaConfigInfo.mfaCode: string? | 6.8.1
  SupportMfaConfigInfo.otpVerificationState: string? kNotStarted|kSuccess|kFailure|kPending | 7.1.2_u3
  SupportMfaConfigInfo.currentPassword: string? | 7.3
  SupportMfaConfigInfo.isQuorumManaged: -boolean? | 7.3
  SupportMfaConfigInfo.referenceId: string? | 7.3.1
  SupportMfaConfigInfo.requiresPasswordAuth: -boolean =true | 7.3
  SupportTotpKeyInfo.accountName: string
  SupportTotpKeyInfo.totpSecretKey: string
  SupportTotpKeyInfo.totpUri: string
  TotpKeyInfo.totpKeyId: string
  TotpKeyInfo.totpKeyName: string
  TotpKeyInfo.totpSecretKey: string
  TotpKeyInfo.totpUri: string
  CreateTotpKeyRequestBody.totpKeyName: string?
  CreateEmailOtpRequestBody.username: string?
  CreateEmailOtpRequestBody.password: string?
  CreateEmailOtpRequestBody.domain: string?
  VerifyTotpRequest.totpCode: string?
  VerifyTotpRequest.purpose: string? DisableMfa|VerifyOtp =VerifyOtp | 7.3.1
  VerifyTotpRequest.supportUserPassword: string? | 7.3.1
  VerifyTotpResult.success: boolean =false
  VerifyTotpResult.message: string?
  VerifyTotpResult.referenceId: string? | 7.3.1
  CreateUserSessionRequestParams.username: string?
  CreateUserSessionRequestParams.password: string?
  CreateUserSessionRequestParams.domain: string?
  CreateUserSessionRequestParams.otpCode: string?
  CreateUserSessionRequestParams.otpType: string? WAYS
  CreateUserSessionRequestParams.certificate: string?
  CreateUserSessionRequestParams.privateKey: string?
  UserSession.sessionId: string
  CreateAccessTokenRequestParams.username: *string?
  CreateAccessTokenRequestParams.password: *string?
  CreateAccessTokenRequestParams.domain: string?
  AccessTokenResponse.accessToken: string?
  AccessTokenResponse.tokenType: string?
  AccessTokenResponse.privileges: array of string
  Error.errorCode: string?
  Error.message: string?
  Error.taskLogId: string? | 7.0
  VerifyUserOtpParams.otp: *string? | 7.3.1
  VerifyUserOtpParams.type: *string? WAYS | 7.3.1
  VerifiedUser.username: string? | 7.3.1
  VerifiedUser.domain: string? | 7.3.1
  ConfigureSupportUserMfaParams.currentPassword: string? | 7.3.2
  ConfigureSupportUserMfaParams.email: string? | 7.3.2
  ConfigureSupportUserMfaParams.mfaType: string? WAYS | 7.3.2
`;

export function expectedProperties(release: ReleaseName): string[] {
  const ways = isSince(release, '6.8.1') ? 'email|totp|salesforce' : 'email|totp';
  return properties
    .filter(([, since]) => isIn(release)(since))
    .map(([property = '']) => property.replace('WAYS', ways))
    .sort();
}
