import { bothTypes } from '../../fixtures/logins.js';
import { ifItCan } from '../../fixtures/test.js';
import { ArrangeError } from '../../src/base/errors.js';
import {
  callOf,
  type OperationWith,
  operations,
  operationsWith,
} from '../../src/contract/openapi/operations.js';
import { effectiveAllow } from '../../src/input/target-file/allow.js';
import type { Answer, CallOptions } from '../../src/target/connection/api.js';
import type { ClusterMfa } from '../../src/target/connection/cluster-mfa.js';
import { addressesOf, type Connection } from '../../src/target/connection/connection.js';
import type { Credential } from '../../src/wire/http/credential.js';

type Guarded = OperationWith<'slug'>;

/**
 * Brings about the state in which a request with a good credential would have its effect, so that a refusal has no
 * other cause, and gives the body for it: one that does no harm if it is accepted after all. Operations that are not
 * here take no body, and have their effect in every state.
 */
const preparing: { readonly [Id in Guarded]?: (connection: Connection) => Promise<CallOptions<Id>> } = {
  UpdateMFAConfig: asItIs,
  UpdateSupportMFAConfig: stayOff,
  VerifySupportUserTotp: rightCode,
  SendSupportEmailOtp: addressSet,
  CreateTotpKey: keyName,
  ConfigureSupportMFAConfig: chooseMail,
};

export async function prepared<Id extends Guarded>(id: Id, connection: Connection): Promise<CallOptions<Id>> {
  return (await preparing[id]?.(connection)) ?? {};
}

/** The operations that ask for a credential. */
export const guarded = operationsWith('slug').map((id) => ({
  id,
  slug: operations[id].slug,
  name: callOf(id),
}));

/** Those that a viewer may not call. */
export const modifying = operationsWith('modifies').map((id) => ({
  id,
  slug: operations[id].slug,
  name: callOf(id),
}));

/** Undefined where it can't be sent. */
type Send = (as: Credential) => Promise<Answer | undefined>;

/**
 * More bodies for an operation that needs more than a viewer's privilege: one that asks for the privilege only where
 * some property is named, or for some values, would let these pass. What does harm if it is taken is sent only where the
 * target file allows the suite the same, and by what knows the way back.
 */
export async function partsOf(id: Guarded, connection: Connection): Promise<readonly Send[]> {
  const allow = effectiveAllow(connection.target.allow);
  const support = await connection.support();
  const mayEnrol = allow.replaceTotpOf.includes('supportUser');
  switch (id) {
    case 'UpdateMFAConfig':
      return allow.clusterMfa ? switchOn(await connection.cluster()) : [];
    case 'UpdateSupportMFAConfig': {
      const { email } = await support.read();
      const enrolling = { enabled: true, mfaType: 'totp' };
      return [{ email }, ...(mayEnrol ? [enrolling] : [])].map((body) => (as) => support.patchAny(body, as));
    }
    case 'ConfigureSupportMFAConfig':
      return mayEnrol ? [(as) => support.configureAny({ mfaType: 'totp' }, as)] : [];
    default:
      return [];
  }
}

async function switchOn(cluster: ClusterMfa): Promise<readonly Send[]> {
  const config = await cluster.readAsShown();
  if (config.enabled) return [];
  const body = { enabled: true, authenticationTypes: [...bothTypes], retainUserMfaSettings: true };
  // It is not sent where there would be no way back.
  return [(as) => ifItCan(cluster.putAny(body, as))];
}

/**
 * PUT of the configuration as it is; on a throw-away target with all else than enabled changed, so that it shows where a
 * refused one is stored all the same, in part or as a whole. Nobody needs a type while cluster MFA is off.
 */
export async function asItIs(connection: Connection): Promise<CallOptions<'UpdateMFAConfig'>> {
  const cluster = await connection.cluster();
  const config = await cluster.readAsShown();
  if (!connection.target.allow.disposable || config.enabled) return { anyJson: config };
  const authenticationTypes = config.authenticationTypes?.length === 1 ? ['email', 'totp'] : ['totp'];
  const retainUserMfaSettings = !config.retainUserMfaSettings;
  return { anyJson: { ...config, authenticationTypes, retainUserMfaSettings } };
}

/** Likewise, on a throw-away target with another address than is stored: nobody is mailed a code while it is off. */
async function stayOff(connection: Connection): Promise<CallOptions<'UpdateSupportMFAConfig'>> {
  const support = await connection.support();
  await support.off();
  if (!connection.target.allow.disposable) return { anyJson: support.withPassword({ enabled: false }) };
  const { email } = await support.read();
  const other = addressesOf(connection.target).find((address) => address !== email);
  const body = { enabled: false, ...(other === undefined ? {} : { email: other }) };
  return { anyJson: support.withPassword(body) };
}

async function rightCode(connection: Connection): Promise<CallOptions<'VerifySupportUserTotp'>> {
  const { authenticator } = await (await connection.support()).onByTotp();
  return { json: { totpCode: await connection.codes.unused(authenticator) } };
}

async function addressSet(connection: Connection): Promise<CallOptions<'SendSupportEmailOtp'>> {
  const { email } = connection.target.supportUser;
  if (email === undefined) throw new ArrangeError('The target file has no supportUser.email.');
  await (await connection.support()).ensureEmail(email);
  return {};
}

async function chooseMail(connection: Connection): Promise<CallOptions<'ConfigureSupportMFAConfig'>> {
  const support = await connection.support();
  await support.off();
  const email = connection.target.supportUser.email ?? 'support@example.com';
  return { anyJson: support.withPassword({ mfaType: 'email', email }) };
}

async function keyName(): Promise<CallOptions<'CreateTotpKey'>> {
  return { json: { totpKeyName: 'mfa-conformance' } };
}
