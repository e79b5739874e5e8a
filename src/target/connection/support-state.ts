import { memberOf, textOf } from '../../contract/judging/body.js';
import { isShownAs, type JournalContent, mayBeShownAs, type SupportConfig } from '../journal/config.js';
import type { Journal } from '../journal/journal.js';

/** Records the mode and address that a change set, because GET may mask them. Members that the body omits stay. */
export function noteSet(journal: Journal, body: unknown): void {
  const [mode, address] = ['mfaType', 'email'].map((name) => memberOf(body, name));
  if (mode === undefined && address === undefined) return;
  const before = journal.read()?.supportSet;
  const set = (value: unknown, kept: string | null | undefined) =>
    typeof value === 'string' ? value : value === null ? null : (kept ?? null);
  journal.noteSupportSet({ mfaType: set(mode, before?.mfaType), email: set(address, before?.email) });
}

/** Fills members that GET hides or masks, from the suite's last setting and the target file. */
export function toldSupport(
  shown: SupportConfig,
  journal: Pick<JournalContent, 'support' | 'supportSet'> | undefined,
  address: string | undefined,
): SupportConfig {
  const { support: found, supportSet: set } = journal ?? {};
  if (!shown.enabled) return shown;
  const mfaType = shown.mfaType ?? set?.mfaType ?? null;
  if (mfaType !== 'email') return { ...shown, mfaType };
  if (shown.email === null) return { ...shown, mfaType, email: set?.email ?? null };
  const known = [set?.email, address].find((one) => isShownAs(shown.email, one));
  if (known !== undefined) return { ...shown, mfaType, email: known };
  // In doubt, the shown address counts as the one set last: if it counted as the found one, it would never be restored.
  const isSet = set !== undefined && set.email !== found?.email && mayBeShownAs(shown.email, set.email);
  return { ...shown, mfaType, email: isSet ? set.email : shown.email };
}

/** Returns a function that tells whether a configuration shows this change. Undefined if none can. */
export function shownAfter(body: unknown): ((config: SupportConfig) => boolean) | undefined {
  const [wanted, mode, address] = [memberOf(body, 'enabled'), textOf(body, 'mfaType'), textOf(body, 'email')];
  if (typeof wanted !== 'boolean') return undefined;
  // Some targets switch TOTP on only after they verified a code.
  if (wanted && mode === 'totp') return ({ mfaType }) => mfaType === mode;
  return ({ enabled, mfaType, email }) =>
    enabled === wanted &&
    // While MFA is off, a target may forget mode and address.
    (!wanted ||
      ((mode === undefined || mfaType === mode) && (address === undefined || isShownAs(email, address))));
}

/** A change of mode while MFA is on doesn't count: it needs a code itself. */
export function switchesOnByMail(body: unknown, before: SupportConfig | undefined): boolean {
  const mode = textOf(body, 'mfaType') ?? before?.mfaType;
  return memberOf(body, 'enabled') === true && mode === 'email' && before?.enabled !== true;
}
