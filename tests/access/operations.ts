import type { CallOptions } from '../../src/connection/api.js';
import type { Connection } from '../../src/connection/connection.js';
import { ArrangeError } from '../../src/errors.js';

/**
 * The operations that ask for a credential. `prepare` brings about the state in which a request with a good
 * credential would have its effect, so that a refusal has no other cause, and gives the body for it: one that does
 * no harm if it is accepted after all.
 */
export const guarded = [
  { id: 'GetMFAConfig', slug: 'get-mfa-config', name: 'GET /mfa-config', prepare: nothing },
  { id: 'UpdateMFAConfig', slug: 'update-mfa-config', name: 'PUT /mfa-config', prepare: asItIs },
  { id: 'GetSupportMFAConfig', slug: 'get-support-mfa', name: 'GET /support-user/mfa', prepare: nothing },
  {
    id: 'UpdateSupportMFAConfig',
    slug: 'update-support-mfa',
    name: 'PATCH /support-user/mfa',
    prepare: stayOff,
  },
  {
    id: 'VerifySupportUserTotp',
    slug: 'verify-totp',
    name: 'POST /support-user/verify-totp',
    prepare: rightCode,
  },
  {
    id: 'SendSupportEmailOtp',
    slug: 'send-support-email-otp',
    name: 'POST /support-user/send-email-otp',
    prepare: addressSet,
  },
  { id: 'SendEmailOtp', slug: 'send-email-otp', name: 'POST /send-email-otp', prepare: nothing },
  { id: 'CreateTotpKey', slug: 'create-totp-key', name: 'POST /totp-key', prepare: keyName },
  {
    id: 'ConfigureSupportMFAConfig',
    slug: 'configure-support-mfa',
    name: 'PUT /support-user/mfa',
    prepare: chooseMail,
  },
] as const;

async function nothing(): Promise<CallOptions<never>> {
  return {};
}

/**
 * PUT of the configuration as it is; on a throw-away target with other types, so that it shows where a refused one
 * is stored all the same. Nobody needs a type while cluster MFA is off.
 */
async function asItIs(connection: Connection): Promise<CallOptions<'UpdateMFAConfig'>> {
  const cluster = await connection.cluster();
  const config = await cluster.readAsShown();
  if (!connection.target.allow.disposable || config.enabled) return { anyJson: config };
  const authenticationTypes = config.authenticationTypes?.length === 1 ? ['email', 'totp'] : ['totp'];
  return { anyJson: { ...config, authenticationTypes } };
}

async function stayOff(connection: Connection): Promise<CallOptions<'UpdateSupportMFAConfig'>> {
  await (await connection.support()).off();
  return { json: { enabled: false } };
}

async function rightCode(connection: Connection): Promise<CallOptions<'VerifySupportUserTotp'>> {
  const { authenticator } = await (await connection.support()).onByTotp();
  return { json: { totpCode: await connection.codes.unused(authenticator) } };
}

async function addressSet(connection: Connection): Promise<CallOptions<never>> {
  const { email } = connection.target.supportUser;
  if (email === undefined) throw new ArrangeError('The target file has no supportUser.email.');
  await (await connection.support()).onByEmail(email);
  return {};
}

async function chooseMail(connection: Connection): Promise<CallOptions<'ConfigureSupportMFAConfig'>> {
  const support = await connection.support();
  await support.off();
  const email = connection.target.supportUser.email ?? 'support@example.com';
  return { json: { mfaType: 'email', email, currentPassword: support.currentPassword } };
}

async function keyName(): Promise<CallOptions<'CreateTotpKey'>> {
  return { json: { totpKeyName: 'mfa-conformance' } };
}
