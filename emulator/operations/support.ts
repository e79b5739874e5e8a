import { type Answer, type Call, noContent, Refusal, type World } from '../call.js';
import { attempt, mailNewCode, useMailCode, useTotpCode, voidMailCodes } from '../codes.js';
import { asObject, type JsonObject, own, text } from '../json.js';
import { createKey, shownOnce } from '../keys.js';
import { type SupportMfa, supportOwner, type TotpKey } from '../state.js';

const accountName = 'support@cluster';

/** GET /support-user/mfa. */
export function getSupportMfa(_call: Call, world: World): Answer {
  return { status: 200, headers: {}, body: shown(world.state.support, world) };
}

function shown(support: SupportMfa, world: World): JsonObject {
  const { enabled, mfaType, email, verification } = support;
  return {
    enabled,
    mfaType,
    email,
    ...(world.release.verificationState ? { otpVerificationState: verification } : {}),
  };
}

/** PATCH /support-user/mfa: only what is named changes. */
export function updateSupportMfa(call: Call, world: World): Answer {
  const { rules, state } = world;
  const body = asObject(call.body);
  const before = state.support;
  const merged = merge(before, body);
  demandUsable(merged, world);
  const confirmed = confirm(before, merged, text(body, 'mfaCode'), own(body, 'mfaType') === 'totp', world);
  const created = needsKey(before, merged, body, confirmed, world)
    ? createKey(supportOwner, accountName, null, call, world)
    : undefined;
  const after = rules.storeSupport(before, settle(before, merged, created, world), world);
  if (!after.enabled || after.email !== before.email) voidMailCodes(supportOwner, world);
  state.support = after;
  const info = created === undefined ? {} : { accountName, ...shownOnce(created, world) };
  return { status: 200, headers: {}, body: { ...shown(after, world), ...info } };
}

function merge(before: SupportMfa, body: JsonObject): SupportMfa {
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

function demandUsable(wanted: SupportMfa, world: World): void {
  if (wanted.email !== null && !world.rules.isAddress(wanted.email)) {
    throw new Refusal(400, 'KInvalidAddress', 'email must be an e-mail address.');
  }
  if (!wanted.enabled) return;
  if (wanted.mfaType === null) throw new Refusal(400, 'KModeMissing', 'mfaType is required to enable MFA.');
  if (wanted.mfaType === 'email' && wanted.email === null) {
    throw new Refusal(400, 'KAddressMissing', 'email is required when mfaType is email.');
  }
}

/**
 * Demands mfaCode where the change needs one.
 *
 * @returns whether a code was given and right: needed too for a new key in place of a verified one
 */
function confirm(
  before: SupportMfa,
  wanted: SupportMfa,
  code: string | undefined,
  namesTotp: boolean,
  world: World,
): boolean {
  const rekeys =
    code !== undefined && namesTotp && before.mfaType === 'totp' && before.verification === 'kSuccess';
  if (!world.rules.needsMfaCode(before, wanted, world) && !rekeys) return false;
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

/** A verified key is replaced only with a code of it, where the release knows mfaCode. */
function needsKey(
  before: SupportMfa,
  wanted: SupportMfa,
  body: JsonObject,
  confirmed: boolean,
  world: World,
): boolean {
  if (!wanted.enabled || wanted.mfaType !== 'totp') return false;
  if (!before.enabled || before.mfaType !== 'totp' || before.key === undefined) return true;
  if (own(body, 'mfaType') !== 'totp') return false;
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
  if (wanted.enabled && wanted.mfaType === 'totp') return wanted;
  const { key: _left, ...rest } = wanted;
  return { ...rest, verification: 'kNotStarted' };
}

/** POST /support-user/verify-totp. */
export function verifySupportTotp(call: Call, world: World): Answer {
  const { support } = world.state;
  const code = text(asObject(call.body), 'totpCode');
  if (code === undefined) throw new Refusal(400, 'KCodeMissing', 'totpCode is required.');
  const { key } = support;
  if (key === undefined) throw new Refusal(400, 'KNotEnrolled', 'TOTP is not set up for the support user.');
  // What can't be a code is no guess: it doesn't count as an attempt.
  const wellFormed = /^[0-9]+$/.test(code) && code.length === key.parameters.digits;
  const right = wellFormed && attempt(supportOwner, world, () => useTotpCode(code, [key], world));
  world.state.support = { ...support, verification: world.rules.afterVerification(support, right) };
  const body = right ? { success: true } : { success: false, message: 'The code is not valid.' };
  return { status: 200, headers: {}, body };
}

/** POST /support-user/send-email-otp. */
export function sendSupportEmailOtp(call: Call, world: World): Answer {
  const { enabled, mfaType, email } = world.state.support;
  if (!enabled || mfaType !== 'email' || email === null) {
    throw new Refusal(400, 'KNoAddress', 'MFA by e-mail is not set up for the support user.');
  }
  mailNewCode(supportOwner, email, call, world);
  return noContent();
}
