import type { Answer, Call, World } from '../call.js';
import { bodyChecks } from '../checks.js';
import { voidMailCodes } from '../codes.js';
import { asObject, own, text } from '../json.js';
import { type SupportMfa, supportOwner } from '../state.js';
import { type Operation, required } from './operation.js';
import { answered, demandUsable, merge, newKey, withoutKey } from './support.js';
import { demandSupportPassword } from './support-password.js';

/** PUT /support-user/mfa sets the mode and its address, or a new key for totp. Only PATCH switches MFA on or off. */
function configureSupportMfa(call: Call, world: World): Answer {
  const body = asObject(call.body);
  const before = world.state.support;
  const wanted = merge(before, { ...body, enabled: before.enabled });
  demandUsable(wanted, world);
  demandSupportPassword(text(body, 'currentPassword'), world);
  const created = own(body, 'mfaType') === 'totp' ? newKey(call, world) : undefined;
  const chosen: SupportMfa =
    created === undefined
      ? wanted.mfaType === 'totp'
        ? wanted
        : withoutKey(wanted)
      : { ...wanted, key: created, verification: 'kPending' };
  const after = world.rules.storeSupport(before, chosen, world);
  if (after.email !== before.email) voidMailCodes(supportOwner, world);
  world.state.support = after;
  return answered(after, created, world);
}

export const configureOperations = [
  {
    id: 'ConfigureSupportMFAConfig',
    method: 'PUT',
    path: '/support-user/mfa',
    since: '7.3.2',
    credential: 'needed',
    privilege: 'CLUSTER_MODIFY',
    slug: 'configure-support-mfa',
    body: required(bodyChecks.configureSupport),
    secret: true,
    handle: configureSupportMfa,
  },
] as const satisfies readonly Operation[];
