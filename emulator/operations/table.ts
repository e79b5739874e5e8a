import { type BodyCheck, bodyChecks } from '../checks.js';
import type { Release } from '../releases.js';
import type { Privilege } from '../state.js';

export type OperationId =
  | 'CreateEmailOtp'
  | 'SendEmailOtp'
  | 'SendSupportEmailOtp'
  | 'CreateTotpKey'
  | 'GetMFAConfig'
  | 'UpdateMFAConfig'
  | 'GetSupportMFAConfig'
  | 'UpdateSupportMFAConfig'
  | 'ConfigureSupportMFAConfig'
  | 'VerifySupportUserTotp'
  | 'CreateSession'
  | 'DeleteSession'
  | 'CreateAccessToken'
  | 'VerifyUserOtp';

export interface Operation {
  readonly id: OperationId;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the API's root. */
  readonly path: string;
  /** `ignored`: what login operations do with a credential, whatever it is worth. */
  readonly credential: 'needed' | 'optional' | 'ignored';
  readonly privilege?: Privilege;
  readonly body?: { readonly required: boolean; readonly check: BodyCheck };
  /** The answer holds something secret. */
  readonly secret?: true;
}

const required = (check: BodyCheck) => ({ required: true, check });

const configureSupport: Operation = {
  id: 'ConfigureSupportMFAConfig',
  method: 'PUT',
  path: '/support-user/mfa',
  credential: 'needed',
  privilege: 'CLUSTER_MODIFY',
  body: required(bodyChecks.configureSupport),
  secret: true,
};

const verifyUserOtp: Operation = {
  id: 'VerifyUserOtp',
  method: 'POST',
  path: '/users/verify-otp',
  credential: 'needed',
  body: required(bodyChecks.userOtp),
};

export function operationsOf(release: Release): readonly Operation[] {
  return [
    {
      id: 'CreateEmailOtp',
      method: 'POST',
      path: '/email-otp',
      credential: 'optional',
      body: { required: false, check: bodyChecks.emailOtp },
    },
    { id: 'SendEmailOtp', method: 'POST', path: '/send-email-otp', credential: 'needed' },
    {
      id: 'SendSupportEmailOtp',
      method: 'POST',
      path: '/support-user/send-email-otp',
      credential: 'needed',
      privilege: 'CLUSTER_MODIFY',
    },
    {
      id: 'CreateTotpKey',
      method: 'POST',
      path: '/totp-key',
      credential: 'needed',
      body: required(bodyChecks.totpKey),
      secret: true,
    },
    { id: 'GetMFAConfig', method: 'GET', path: '/mfa-config', credential: 'needed' },
    {
      id: 'UpdateMFAConfig',
      method: 'PUT',
      path: '/mfa-config',
      credential: 'needed',
      privilege: 'MFA_MODIFY',
      body: required(bodyChecks.mfaConfig),
    },
    {
      id: 'GetSupportMFAConfig',
      method: 'GET',
      path: '/support-user/mfa',
      credential: 'needed',
      privilege: 'CLUSTER_VIEW',
    },
    {
      id: 'UpdateSupportMFAConfig',
      method: 'PATCH',
      path: '/support-user/mfa',
      credential: 'needed',
      privilege: 'CLUSTER_MODIFY',
      body: required(bodyChecks.supportMfa),
      secret: true,
    },
    ...(release.configureSupport ? [configureSupport] : []),
    {
      id: 'VerifySupportUserTotp',
      method: 'POST',
      path: '/support-user/verify-totp',
      credential: 'needed',
      privilege: 'CLUSTER_MODIFY',
      body: required(bodyChecks.verifyTotp),
    },
    {
      id: 'CreateSession',
      method: 'POST',
      path: '/users/sessions',
      credential: 'ignored',
      body: required(bodyChecks.session),
      secret: true,
    },
    ...(release.secondStep ? [verifyUserOtp] : []),
    { id: 'DeleteSession', method: 'DELETE', path: '/users/sessions', credential: 'needed' },
    {
      id: 'CreateAccessToken',
      method: 'POST',
      path: release.accessTokensPath,
      credential: 'ignored',
      body: required(bodyChecks.accessToken),
      secret: true,
    },
  ];
}
