import type { OperationId } from '../contract/operations.js';

/** Properties whose values are secret wherever they stand, and what to call them. */
const secretProperties: Readonly<Record<string, string>> = {
  password: 'password',
  currentPassword: 'password',
  supportUserPassword: 'password',
  otpCode: 'code',
  mfaCode: 'code',
  totpCode: 'code',
  totpSecretKey: 'TOTP secret',
  totpUri: 'TOTP URI',
  sessionId: 'session id',
  accessToken: 'access token',
  privateKey: 'private key',
  referenceId: 'reference id',
};

/** Secret properties that the success of an operation is documented to hand out. */
const handedOut: Partial<Record<OperationId, readonly string[]>> = {
  CreateTotpKey: ['totpSecretKey', 'totpUri'],
  UpdateSupportMFAConfig: ['totpSecretKey', 'totpUri', 'mfaCode'],
  ConfigureSupportMFAConfig: ['totpSecretKey', 'totpUri'],
  VerifySupportUserTotp: ['referenceId'],
  CreateSession: ['sessionId'],
  CreateAccessToken: ['accessToken'],
};

/** Values of secret properties at any depth, with what each is. */
export function secretsIn(value: unknown): (readonly [value: string, what: string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const what = secretProperties[name];
    if (what !== undefined && typeof inner === 'string' && inner !== '') return [[inner, what] as const];
    return secretsIn(inner);
  });
}

/** The answer as text without the secrets that this very operation is there to hand out. */
export function withoutHandedOut(operation: OperationId | null, body: unknown, text: string): string {
  const names = operation === null ? undefined : handedOut[operation];
  if (names === undefined || typeof body !== 'object' || body === null) return text;
  return JSON.stringify(Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name))));
}
