/** The operations of the MFA API by the contract's operationId; the last one is in the newer releases only. */
export const mfaOperationIds = [
  'GetMFAConfig',
  'UpdateMFAConfig',
  'CreateTotpKey',
  'CreateEmailOtp',
  'SendEmailOtp',
  'GetSupportMFAConfig',
  'UpdateSupportMFAConfig',
  'SendSupportEmailOtp',
  'VerifySupportUserTotp',
  'ConfigureSupportMFAConfig',
] as const;

/** Operations outside the MFA API that logging in needs. */
export const helperOperationIds = [
  'CreateSession',
  'DeleteSession',
  'CreateAccessToken',
  'VerifyUserOtp',
] as const;

export const operationIds = [...mfaOperationIds, ...helperOperationIds] as const;

export type OperationId = (typeof operationIds)[number];

export function isOperationId(text: string): text is OperationId {
  return (operationIds as readonly string[]).includes(text);
}

/** Where the operations are found in a document, whatever operationId they have there. */
export const operationPlaces: Readonly<
  Record<OperationId, { readonly method: string; readonly paths: readonly string[] }>
> = {
  GetMFAConfig: { method: 'get', paths: ['/mfa-config'] },
  UpdateMFAConfig: { method: 'put', paths: ['/mfa-config'] },
  CreateTotpKey: { method: 'post', paths: ['/totp-key'] },
  CreateEmailOtp: { method: 'post', paths: ['/email-otp'] },
  SendEmailOtp: { method: 'post', paths: ['/send-email-otp'] },
  GetSupportMFAConfig: { method: 'get', paths: ['/support-user/mfa'] },
  UpdateSupportMFAConfig: { method: 'patch', paths: ['/support-user/mfa'] },
  SendSupportEmailOtp: { method: 'post', paths: ['/support-user/send-email-otp'] },
  VerifySupportUserTotp: { method: 'post', paths: ['/support-user/verify-totp'] },
  ConfigureSupportMFAConfig: { method: 'put', paths: ['/support-user/mfa'] },
  CreateSession: { method: 'post', paths: ['/users/sessions'] },
  DeleteSession: { method: 'delete', paths: ['/users/sessions'] },
  VerifyUserOtp: { method: 'post', paths: ['/users/verify-otp'] },
  // The first release names it in another way than the later ones.
  CreateAccessToken: { method: 'post', paths: ['/access-tokens', '/accessTokens'] },
};
