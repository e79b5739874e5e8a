import { type Answer, type Call, noContent, type World } from '../call.js';
import { bodyChecks } from '../checks.js';
import { asObject, type Json, own, text } from '../json.js';
import { createKey, shownOnce } from '../keys.js';
import type { ClusterMfa } from '../state.js';
import { type Operation, required } from './operation.js';

function getMfaConfig(_call: Call, world: World): Answer {
  const { enabled, authenticationTypes, retainUserMfaSettings } = world.rules.readCluster(world);
  return { status: 200, headers: {}, body: { enabled, authenticationTypes, retainUserMfaSettings } };
}

/** PUT /mfa-config sets omitted properties to their defaults. */
function updateMfaConfig(call: Call, world: World): Answer {
  const { rules, state } = world;
  const before = state.cluster;
  state.cluster = rules.storeCluster(before, clusterOf(call.body), world);
  if (rules.forgetsKeys(before, state.cluster)) state.userKeys = [];
  return noContent();
}

export function clusterOf(body: Json | undefined): ClusterMfa {
  const wanted = asObject(body);
  const types = own(wanted, 'authenticationTypes');
  const retain = own(wanted, 'retainUserMfaSettings');
  return {
    enabled: own(wanted, 'enabled') === true,
    authenticationTypes: Array.isArray(types) ? types.map(String) : null,
    retainUserMfaSettings: typeof retain === 'boolean' ? retain : null,
  };
}

function createTotpKey(call: Call, world: World): Answer {
  const { rules, state } = world;
  const user = call.caller ?? state.admin;
  const name = text(asObject(call.body), 'totpKeyName') ?? null;
  const key = createKey(user.username, user.username, name, call, world);
  const kept = rules.newKeyRetiresOlder
    ? state.userKeys.filter((other) => other.owner !== user.username)
    : state.userKeys;
  state.userKeys = [...kept, key];
  const body = { totpKeyId: key.id, ...(name !== null && { totpKeyName: name }), ...shownOnce(key, world) };
  return { status: 201, headers: {}, body };
}

export const clusterOperations = [
  {
    id: 'GetMFAConfig',
    method: 'GET',
    path: '/mfa-config',
    credential: 'needed',
    slug: 'get-mfa-config',
    handle: getMfaConfig,
    wrongStatus: ['get-mfa-config', 203, 'mfa-config/get-answers-200'],
  },
  {
    id: 'UpdateMFAConfig',
    method: 'PUT',
    path: '/mfa-config',
    credential: 'needed',
    privilege: 'MFA_MODIFY',
    slug: 'update-mfa-config',
    body: required(bodyChecks.mfaConfig),
    handle: updateMfaConfig,
    wrongStatus: ['put-mfa-config', 200, 'mfa-config/put-answers-204'],
  },
  {
    id: 'CreateTotpKey',
    method: 'POST',
    path: '/totp-key',
    credential: 'needed',
    slug: 'create-totp-key',
    body: required(bodyChecks.totpKey),
    secret: true,
    handle: createTotpKey,
    wrongStatus: ['totp-key', 200, 'totp-key/create-answers-201'],
  },
] as const satisfies readonly Operation[];
