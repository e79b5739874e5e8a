import { type Answer, type Call, noContent, Refusal, type World } from '../call.js';
import { bodyChecks } from '../checks.js';
import { attempt, mailNewCode, useMailCode, useTotpCode, voidMailCodes } from '../codes.js';
import { asObject, type JsonObject, own, text } from '../json.js';
import { createKey, shownOnce } from '../keys.js';
import { type SupportMfa, supportOwner, type TotpKey } from '../state.js';
import { type Operation, required } from './operation.js';
import { demandSupportPassword, newReference } from './support-password.js';

const accountName = 'support@cluster';

function getSupportMfa(_call: Call, world: World): Answer {
  return { status: 200, headers: {}, body: shown(world.rules.readSupport(world), world) };
}

function shown(support: SupportMfa, world: World): JsonObject {
  const { enabled, mfaType, email, verification } = support;
  return {
    enabled,
    mfaType,
    email,
    ...(world.release.verificationState ? { otpVerificationState: verification } : {}),
    ...(world.release.supportPassword ? { requiresPasswordAuth: true, isQuorumManaged: false } : {}),
  };
}

/** PATCH /support-user/mfa changes only the properties that the body names. */
function updateSupportMfa(call: Call, world: World): Answer {
  const { rules, state } = world;
  const body = asObject(call.body);
  const before = state.support;
  const merged = merge(before, body);
  demandUsable(merged, world);
  if (world.release.supportPassword && world.rules.needsSupportPassword(before, merged, world)) {
    demandSupportPassword(text(body, 'currentPassword'), world);
  }
  const confirmed = confirm(before, merged, body, world);
  const created = needsKey(before, merged, body, confirmed, world) ? newKey(call, world) : undefined;
  const after = rules.storeSupport(before, settle(before, merged, created, world), world);
  if (!after.enabled || after.email !== before.email) voidMailCodes(supportOwner, world);
  state.support = after;
  return answered(after, created, world);
}

/** Makes a new key. Voids the reference ids that the target gave for codes of the old one. */
export function newKey(call: Call, world: World): TotpKey {
  world.rules.retireReferences(world);
  return createKey(supportOwner, accountName, null, call, world);
}

/** Returns the configuration. Only this answer (UpdateMFAResult) ever shows the secret of a new key. */
export function answered(support: SupportMfa, created: TotpKey | undefined, world: World): Answer {
  const info = created === undefined ? {} : { accountName, ...shownOnce(created, world) };
  return { status: 200, headers: {}, body: { ...shown(support, world), ...info } };
}

export function merge(before: SupportMfa, body: JsonObject): SupportMfa {
  const enabled = own(body, 'enabled');
  const change = (name: 'mfaType' | 'email'): string | null =>
    Object.hasOwn(body, name) ? (text(body, name) ?? null) : before[name];
  return {
    ...before,
    enabled: typeof enabled === 'boolean' ? enabled : before.enabled,
    mfaType: change('mfaType'),
    email: change('email'),
  };
}

export function demandUsable(wanted: SupportMfa, world: World): void {
  if (wanted.email !== null && !world.rules.isAddress(wanted.email)) {
    throw new Refusal(400, 'KInvalidAddress', 'email must be an e-mail address.');
  }
  if (!wanted.enabled) return;
  if (wanted.mfaType === null) throw new Refusal(400, 'KModeMissing', 'mfaType is required to enable MFA.');
  if (wanted.mfaType === 'email' && wanted.email === null) {
    throw new Refusal(400, 'KAddressMissing', 'email is required when mfaType is email.');
  }
}

/** Demands a right mfaCode if the change needs one. @returns whether the body has a right code */
function confirm(before: SupportMfa, wanted: SupportMfa, body: JsonObject, world: World): boolean {
  const code = text(body, 'mfaCode');
  const reference = world.release.references ? text(body, 'referenceId') : undefined;
  const namesTotp = own(body, 'mfaType') === 'totp';
  const rekeys =
    code !== undefined && namesTotp && before.mfaType === 'totp' && before.verification === 'kSuccess';
  if (!world.rules.needsMfaCode(before, wanted, world) && !rekeys) return false;
  if (code === undefined && reference !== undefined) {
    if (world.rules.useReference(reference, world)) return true;
    throw new Refusal(403, 'KInvalidReference', 'referenceId is not valid.');
  }
  if (code === undefined) throw new Refusal(403, 'KMfaCodeRequired', 'mfaCode is required for this change.');
  const right = attempt(supportOwner, world, () =>
    before.mfaType === 'email'
      ? useMailCode(code, supportOwner, world)
      : useTotpCode(code, keysOf(before), world),
  );
  if (!right) throw new Refusal(403, 'KInvalidMfaCode', 'mfaCode is not valid.');
  return true;
}

function keysOf(support: SupportMfa): readonly TotpKey[] {
  return support.key === undefined ? [] : [support.key];
}

function needsKey(
  before: SupportMfa,
  wanted: SupportMfa,
  body: JsonObject,
  confirmed: boolean,
  world: World,
): boolean {
  if (!wanted.enabled || wanted.mfaType !== 'totp') return false;
  if (before.mfaType !== 'totp' || before.key === undefined) return true;
  if (own(body, 'mfaType') !== 'totp') return false;
  if (!before.enabled) return true;
  return before.verification !== 'kSuccess' || confirmed || !world.release.mfaCode;
}

function settle(
  before: SupportMfa,
  wanted: SupportMfa,
  created: TotpKey | undefined,
  world: World,
): SupportMfa {
  if (before.enabled && !wanted.enabled) return world.rules.afterDisabling(before);
  if (created !== undefined) return { ...wanted, key: created, verification: 'kPending' };
  if (wanted.mfaType === 'totp' && (wanted.enabled || wanted.key !== undefined)) return wanted;
  return withoutKey(wanted);
}

export function withoutKey(support: SupportMfa): SupportMfa {
  const { key: _left, ...rest } = support;
  return { ...rest, verification: 'kNotStarted' };
}

function verifySupportTotp(call: Call, world: World): Answer {
  const { support } = world.state;
  const request = asObject(call.body);
  const code = text(request, 'totpCode');
  if (code === undefined) throw new Refusal(400, 'KCodeMissing', 'totpCode is required.');
  const { key } = support;
  if (key === undefined) throw new Refusal(400, 'KNotEnrolled', 'TOTP is not set up for the support user.');
  const toDisable = world.release.references && own(request, 'purpose') === 'DisableMfa';
  if (toDisable) demandSupportPassword(text(request, 'supportUserPassword'), world);
  // A malformed code does not count as an attempt.
  const wellFormed = /^[0-9]+$/.test(code) && code.length === key.parameters.digits;
  const right = wellFormed && attempt(supportOwner, world, () => useTotpCode(code, [key], world));
  world.state.support = { ...support, verification: world.rules.afterVerification(support, right) };
  const reference = toDisable && right ? { referenceId: newReference(world) } : {};
  const body = right
    ? { success: true, ...reference }
    : { success: false, message: 'The code is not valid.' };
  return { status: 200, headers: {}, body };
}

function sendSupportEmailOtp(call: Call, world: World): Answer {
  const { enabled, mfaType, email } = world.state.support;
  if (!enabled || mfaType !== 'email' || email === null) {
    throw new Refusal(400, 'KNoAddress', 'MFA by e-mail is not set up for the support user.');
  }
  mailNewCode(supportOwner, email, call, world);
  return noContent();
}

export const supportOperations = [
  {
    id: 'GetSupportMFAConfig',
    method: 'GET',
    path: '/support-user/mfa',
    credential: 'needed',
    privilege: 'CLUSTER_VIEW',
    slug: 'get-support-mfa',
    handle: getSupportMfa,
    wrongStatus: ['get-support-mfa', 206, 'support-mfa/get-answers-200'],
  },
  {
    id: 'UpdateSupportMFAConfig',
    method: 'PATCH',
    path: '/support-user/mfa',
    credential: 'needed',
    privilege: 'CLUSTER_MODIFY',
    slug: 'update-support-mfa',
    body: required(bodyChecks.supportMfa),
    secret: true,
    handle: updateSupportMfa,
    wrongStatus: ['patch-support-mfa', 202, 'support-mfa/patch-answers-200'],
  },
  {
    id: 'VerifySupportUserTotp',
    method: 'POST',
    path: '/support-user/verify-totp',
    credential: 'needed',
    privilege: 'CLUSTER_MODIFY',
    slug: 'verify-totp',
    body: required(bodyChecks.verifyTotp),
    handle: verifySupportTotp,
    wrongStatus: ['verify-totp', 201, 'verify-totp/answers-200'],
  },
  {
    id: 'SendSupportEmailOtp',
    method: 'POST',
    path: '/support-user/send-email-otp',
    credential: 'needed',
    privilege: 'CLUSTER_MODIFY',
    slug: 'send-support-email-otp',
    handle: sendSupportEmailOtp,
    wrongStatus: ['send-support-email-otp', 200, 'support-email/send-answers-204'],
  },
] as const satisfies readonly Operation[];
