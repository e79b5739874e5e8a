/** The operations of the MFA API by the contract's operationId; the last one is in the newest release only. */
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
export const helperOperationIds = ['CreateSession', 'DeleteSession', 'CreateAccessToken'] as const;

export const operationIds = [...mfaOperationIds, ...helperOperationIds] as const;

export type OperationId = (typeof operationIds)[number];

export function isOperationId(text: string): text is OperationId {
  return (operationIds as readonly string[]).includes(text);
}
