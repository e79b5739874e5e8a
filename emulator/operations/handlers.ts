import type { Answer, Call, World } from '../call.js';
import { createTotpKey, getMfaConfig, updateMfaConfig } from './cluster.js';
import { createAccessToken, createEmailOtp, createSession, deleteSessions, sendEmailOtp } from './login.js';
import { verifyUserOtp } from './second-step.js';
import { getSupportMfa, sendSupportEmailOtp, updateSupportMfa, verifySupportTotp } from './support.js';
import { configureSupportMfa } from './support-configure.js';
import type { OperationId } from './table.js';

export const handlers: Readonly<Record<OperationId, (call: Call, world: World) => Answer>> = {
  CreateEmailOtp: createEmailOtp,
  SendEmailOtp: sendEmailOtp,
  SendSupportEmailOtp: sendSupportEmailOtp,
  CreateTotpKey: createTotpKey,
  GetMFAConfig: getMfaConfig,
  UpdateMFAConfig: updateMfaConfig,
  GetSupportMFAConfig: getSupportMfa,
  UpdateSupportMFAConfig: updateSupportMfa,
  ConfigureSupportMFAConfig: configureSupportMfa,
  VerifySupportUserTotp: verifySupportTotp,
  CreateSession: createSession,
  DeleteSession: deleteSessions,
  CreateAccessToken: createAccessToken,
  VerifyUserOtp: verifyUserOtp,
};

export function isOperationId(name: string): name is OperationId {
  return Object.hasOwn(handlers, name);
}
