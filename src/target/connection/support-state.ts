import { memberOf, textOf } from '../../contract/judging/body.js';
import type { Target } from '../../input/target-file/target.js';
import type { Credential } from '../../wire/http/credential.js';
import type { TargetModel } from '../beliefs/target-model.js';
import {
  isShownAs,
  type JournalContent,
  mayBeShownAs,
  type SupportConfig,
  sameSupport,
  supportConfigOf,
} from '../journal/config.js';
import type { Journal } from '../journal/journal.js';
import type { Answer, Api } from './api.js';
import { Awaited } from './awaited.js';
import type { Codes } from './codes.js';
import type { CodesByMail } from './codes-by-mail.js';
import { firstLook } from './first-look.js';
import type { ReadBack, SettleOptions } from './read-back.js';
import type { Recorder } from './recorder.js';
import type { StateReader } from './state-reader.js';
import type { Waiter } from './waiter.js';

export interface SupportParts {
  readonly api: Api;
  readonly admin: Credential;
  readonly journal: Journal;
  readonly reader: StateReader;
  readonly readBack: ReadBack;
  readonly codes: Codes;
  readonly recorder: Pick<Recorder, 'adopt' | 'waited'>;
  readonly waiter: Waiter;
  readonly model: TargetModel;
  mail(): Promise<CodesByMail>;
  readonly user: Target['supportUser'];
}

/** The support user's MFA, as read and as expected after the sent requests. */
export class SupportState {
  #found: SupportConfig | undefined;
  protected readonly awaited = new Awaited<SupportConfig>();
  protected lastRead: SupportConfig | undefined;

  constructor(protected readonly parts: SupportParts) {}

  /** GET /support-user/mfa as received. @throws ArrangeError if the state is unknown */
  get(): Promise<Answer<'GetSupportMFAConfig'>> {
    return this.parts.reader.get('GetSupportMFAConfig');
  }

  /** Fills members that GET hides or masks with the values set last. */
  async read(): Promise<SupportConfig> {
    return this.#told(supportConfigOf((await this.get()).body));
  }

  /** The state before a change: waits for the last change. */
  protected async now(): Promise<SupportConfig> {
    const expected = this.#expected();
    if (expected !== undefined) return expected;
    const isShown = this.awaited.take();
    if (isShown !== undefined) return this.readUntil(isShown);
    return this.#told(supportConfigOf((await this.known()).body));
  }

  #expected(): SupportConfig | undefined {
    const expected = this.parts.reader.expected('GetSupportMFAConfig');
    return expected && this.#told(supportConfigOf(expected.body));
  }

  protected async after(
    done: (config: SupportConfig) => boolean,
    options?: SettleOptions,
  ): Promise<SupportConfig> {
    const expected = this.#expected();
    return expected && done(expected) ? expected : this.readUntil(done, options);
  }

  #told(config: SupportConfig): SupportConfig {
    const told = toldSupport(config, this.parts.journal.read(), this.parts.user.email);
    this.awaited.shown(told);
    this.lastRead = told;
    return told;
  }

  /** The state before a change. @throws ArrangeError if it is unknown */
  async known(): Promise<Pick<Answer<'GetSupportMFAConfig'>, 'body' | 'fields'>> {
    const { reader, readBack } = this.parts;
    if (reader.lags() && this.awaited.takeUnclear()) await readBack.felt();
    return reader.known('GetSupportMFAConfig');
  }

  /** The state after a request. @throws ArrangeError if it is unknown */
  untouched(): Promise<Pick<Answer<'GetSupportMFAConfig'>, 'body'>> {
    return this.parts.reader.untouched('GetSupportMFAConfig');
  }

  /** The state before the run's first change. */
  async found(): Promise<SupportConfig> {
    this.#found ??=
      this.parts.journal.read()?.support ??
      (await firstLook('/support-user/mfa', () => this.read(), sameSupport));
    return this.#found;
  }

  readUntil(done: (config: SupportConfig) => boolean, options?: SettleOptions): Promise<SupportConfig> {
    return this.parts.readBack.until(() => this.read(), done, { of: 'support', ...options });
  }
}

/** Keeps the mode and address that a change set; omitted members stay. Answers may mask the address. */
export function noteSet(journal: Journal, body: unknown): void {
  const [mode, address] = ['mfaType', 'email'].map((name) => memberOf(body, name));
  if (mode === undefined && address === undefined) return;
  const before = journal.read()?.supportSet;
  const set = (value: unknown, kept: string | null | undefined) =>
    typeof value === 'string' ? value : value === null ? null : (kept ?? null);
  journal.noteSupportSet({ mfaType: set(mode, before?.mfaType), email: set(address, before?.email) });
}

/** The configuration with members that GET hides or masks, from the suite's last setting and the target file. */
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
  // The found address is taken from the last setting: a mistake would leave a changed address in force.
  const isSet = set !== undefined && set.email !== found?.email && mayBeShownAs(shown.email, set.email);
  return { ...shown, mfaType, email: isSet ? set.email : shown.email };
}

/** How the configuration shows that a change was made; undefined if that is unknown in advance. */
export function shownAfter(body: unknown): ((config: SupportConfig) => boolean) | undefined {
  const [wanted, mode, address] = [memberOf(body, 'enabled'), textOf(body, 'mfaType'), textOf(body, 'email')];
  if (typeof wanted !== 'boolean') return undefined;
  // TOTP may be on only after a code was verified.
  if (wanted && mode === 'totp') return ({ mfaType }) => mfaType === mode;
  return ({ enabled, mfaType, email }) =>
    enabled === wanted &&
    // While MFA is off, a target may forget mode and address.
    (!wanted ||
      ((mode === undefined || mfaType === mode) && (address === undefined || isShownAs(email, address))));
}

/** Whether a change switches on by e-mail; without a mode, by the stored one. Leaving TOTP would need a code. */
export function switchesOnByMail(body: unknown, before: SupportConfig | undefined): boolean {
  const mode = textOf(body, 'mfaType') ?? before?.mfaType;
  return memberOf(body, 'enabled') === true && mode === 'email' && before?.enabled !== true;
}

export const keptAddress =
  "The target keeps the support user's mode or address after switching off; neither has an effect while support MFA is off.";
