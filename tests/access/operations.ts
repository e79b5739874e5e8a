import type { ClusterMfa } from '../../src/journal/cluster-mfa.js';

/**
 * The operations that ask for a credential, each with a body that does no harm if it is accepted after all: the
 * configuration as it is, support MFA off as it is, a code that nobody enrolled for.
 */
export const guarded = [
  { id: 'GetMFAConfig', slug: 'get-mfa-config', name: 'GET /mfa-config' },
  { id: 'UpdateMFAConfig', slug: 'update-mfa-config', name: 'PUT /mfa-config', body: asItIs },
  { id: 'GetSupportMFAConfig', slug: 'get-support-mfa', name: 'GET /support-user/mfa' },
  {
    id: 'UpdateSupportMFAConfig',
    slug: 'update-support-mfa',
    name: 'PATCH /support-user/mfa',
    body: stayOff,
  },
  {
    id: 'VerifySupportUserTotp',
    slug: 'verify-totp',
    name: 'POST /support-user/verify-totp',
    body: someCode,
  },
  { id: 'SendSupportEmailOtp', slug: 'send-support-email-otp', name: 'POST /support-user/send-email-otp' },
  { id: 'SendEmailOtp', slug: 'send-email-otp', name: 'POST /send-email-otp' },
  { id: 'CreateTotpKey', slug: 'create-totp-key', name: 'POST /totp-key', body: keyName },
] as const;

export type Guarded = (typeof guarded)[number];

/** The body for a probe, made for the target's state; undefined where the operation takes none. */
export async function harmlessBody(operation: Guarded, cluster: ClusterMfa): Promise<object | undefined> {
  return 'body' in operation ? operation.body(cluster) : undefined;
}

async function asItIs(cluster: ClusterMfa): Promise<object> {
  return { ...(await cluster.read()) };
}

async function stayOff(): Promise<object> {
  return { enabled: false };
}

async function someCode(): Promise<object> {
  return { totpCode: '000000' };
}

async function keyName(): Promise<object> {
  return { totpKeyName: 'mfa-conformance' };
}
