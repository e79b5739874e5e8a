import { ArrangeError } from '../../base/errors.js';
import { isSince } from '../../base/model/releases.js';
import { memberOf, textOf } from '../../contract/judging/body.js';
import type { RequestBody } from '../../contract/openapi/bodies.js';
import type { Credential } from '../../wire/http/credential.js';
import type { Authenticator } from '../../wire/otp/authenticator.js';
import { codeless } from '../beliefs/target-model.js';
import {
  isStillOn,
  type SupportConfig,
  sameSupport,
  supportConfigOf,
  withoutNulls,
} from '../journal/config.js';
import type { Answer, CallOptions } from './api.js';
import { supportUser } from './attempts.js';
import { asText } from './call.js';
import { authenticatorOf, handedUri } from './handed-key.js';
import { OffByTotp } from './off-by-totp.js';
import { PartState, type StateParts } from './part-state.js';
import { type HandedKey, type SupportEnrolment, SupportProofs, type Verified } from './support-enrolment.js';
import { SupportMails } from './support-mails.js';
import { noteSet, shownAfter, switchesOnByMail, toldSupport } from './support-state.js';

type Changing = 'UpdateSupportMFAConfig' | 'ConfigureSupportMFAConfig';
type Patched = Answer<'UpdateSupportMFAConfig'>;
type Configured = Answer<'ConfigureSupportMFAConfig'>;

const keptAddress =
  "The target keeps the support user's mode or address after switching off. They have no effect while support MFA is off.";

const isOff = ({ enabled }: SupportConfig) => !enabled;

type ChangeOptions = Pick<CallOptions, 'expects' | 'contentType'>;

const usualLockMinutes = 1;

export class SupportMfa extends PartState<'GetSupportMFAConfig', SupportConfig> {
  readonly same = sameSupport;
  readonly configOf = supportConfigOf;
  #lastRead: SupportConfig | undefined;
  #authenticator: Authenticator | undefined;
  /** The last returned key, even after support MFA was switched off. */
  #held: Authenticator | undefined;
  #enrolment: HandedKey | undefined;
  #verified: Verified | undefined;
  readonly #mails: SupportMails;
  readonly #offByTotp: OffByTotp;
  readonly proofs: SupportProofs;

  /** The key before the current one. Undefined if this process has enrolled at most one key. */
  replaced: Authenticator | undefined;

  /** The answer to the last right code that proved a key in this run, even if that key is no longer current. */
  lastProof: Answer<'VerifySupportUserTotp'> | undefined;

  constructor(connection: StateParts, admin: Credential) {
    super(connection, admin, 'GetSupportMFAConfig');
    const { api, target, waiter } = connection;
    const send = () => api.call('SendSupportEmailOtp', { as: admin });
    const ask = async () => {
      const answer = await send();
      if (answer.status < 300 || !api.attempts.mayHaveLocked(supportUser)) return answer;
      // A target may mail no code to a locked support user.
      const { lockMinutes = usualLockMinutes } = target.limits;
      return (await waiter.outlastLock(lockMinutes, send, ({ status }) => status < 300)) ?? answer;
    };
    this.#mails = new SupportMails(connection, ask, target.mail?.quietMs ?? 0);
    this.#offByTotp = new OffByTotp(this, connection.codes);
    this.proofs = new SupportProofs(connection, (code) => this.verify(code, {}, { expects: 'accepted' }));
  }

  protected override completed(config: SupportConfig): SupportConfig {
    this.#lastRead = toldSupport(
      config,
      this.connection.journal.read(),
      this.connection.target.supportUser.email,
    );
    return this.#lastRead;
  }

  /** Whether switching off and changing the address need a code, as they do since 6.8.1. */
  get takesCode(): boolean {
    return isSince(this.connection.api.contract.release, '6.8.1');
  }

  patch(body: RequestBody<'UpdateSupportMFAConfig'> | SupportConfig, as?: Credential): Promise<Patched> {
    return this.patchAny(body, as);
  }

  patchAny(body: unknown, as = this.admin, options: ChangeOptions = {}): Promise<Patched> {
    return this.#change('UpdateSupportMFAConfig', body, as, options);
  }

  configure(body: RequestBody<'ConfigureSupportMFAConfig'>, as?: Credential): Promise<Configured> {
    return this.configureAny(body, as);
  }

  configureAny(body: unknown, as = this.admin): Promise<Configured> {
    return this.#change('ConfigureSupportMFAConfig', body, as);
  }

  /** The support user's password, which changes need since 7.3. Undefined if the target file has none. */
  get password(): string | undefined {
    return this.connection.target.supportUser.password?.reveal();
  }

  /** @param body undefined if `options` hold the body as a text, or the request has none */
  async #change<Id extends Changing>(
    operation: Id,
    body: unknown,
    as: Credential,
    options: ChangeOptions & Pick<CallOptions, 'raw' | 'mistake'> = {},
  ): Promise<Answer<Id>> {
    const why = this.connection.model.text(codeless).value;
    if (switchesOnByMail(body, this.#lastRead)) {
      if (why !== undefined) throw new ArrangeError(why);
      await this.#mails.beforeSwitch(textOf(body, 'email') ?? this.#lastRead?.email ?? undefined);
    }
    const answer = await this.connection.api.call(operation, {
      as,
      anyJson: this.withPassword(body),
      ...options,
    });
    if (answer.status < 300) {
      noteSet(this.connection.journal, body);
      this.proofs.used(this.#enrolment?.authenticator, memberOf(body, 'mfaCode'));
      this.changed(shownAfter(body));
    }
    // The suite needs a key that the answer returns to switch support MFA off again.
    if (handedUri(answer.fields) !== undefined) this.hold(answer);
    await this.proofs.inForce();
    return answer;
  }

  /** Patches by a text, which must hold no secret, or sends no body. @param mistake see RequestOptions */
  patchText(body: string | undefined, mistake?: string): Promise<Patched> {
    return this.#change('UpdateSupportMFAConfig', undefined, this.admin, asText(body, mistake));
  }

  configureText(body: string | undefined, mistake?: string): Promise<Configured> {
    return this.#change('ConfigureSupportMFAConfig', undefined, this.admin, asText(body, mistake));
  }

  /** Takes the key in an answer as the current one. @param proven the code that proved the key */
  hold(answer: Answer<Changing>, proven?: Pick<Verified, 'authenticator' | 'code'>): HandedKey {
    const uri = handedUri(answer.fields);
    this.connection.journal.noteEnrolled(uri);
    this.replaced = this.#held;
    const authenticator = proven?.authenticator ?? authenticatorOf(uri ?? '');
    this.#held = this.#authenticator = authenticator;
    this.#enrolment = { answer, authenticator };
    if (authenticator !== undefined) this.proofs.enrolled({ answer, authenticator });
    this.#verified = proven && { ...proven, answer };
    return this.#enrolment;
  }

  withPassword(body: unknown): unknown {
    const isTaken = this.password !== undefined && isSince(this.connection.api.contract.release, '7.3');
    if (!isTaken || typeof body !== 'object' || body === null || 'currentPassword' in body) return body;
    return { ...body, currentPassword: this.password };
  }

  /** The authenticator of the key that this run enrolled, in this worker or an earlier one. */
  get authenticator(): Authenticator {
    const own = this.ownAuthenticator;
    if (own !== undefined) return own;
    throw new ArrangeError("The support user's TOTP secret is not known: its codes can't be computed.");
  }

  /** Undefined if the run enrolled no key, or one that it can't read. */
  get ownAuthenticator(): Authenticator | undefined {
    this.#authenticator ??= authenticatorOf(this.connection.journal.read()?.enrolledUri ?? '');
    return this.#authenticator;
  }

  get isUnproven(): boolean {
    return this.#enrolment !== undefined && this.#verified === undefined;
  }

  /** Ensures support MFA by e-mail, at this address or one of the others. @returns the address in use */
  async ensureEmail(address: string, ...others: readonly string[]): Promise<string> {
    this.demand({ support: 'set' });
    const { enabled, mfaType, email } = await this.assumed();
    const isAtOne = enabled && mfaType === 'email' && email !== null && [address, ...others].includes(email);
    if (isAtOne && !this.connection.api.attempts.mightLock(supportUser)) return email;
    return this.onByEmail(address).then(() => address);
  }

  async onByEmail(address: string): Promise<Patched> {
    const answer = await this.#byEmail(address);
    // Near a lock, switches to e-mail once more: this first switches off by a right code, which ends the
    // series of wrong codes.
    return this.takesCode && this.connection.api.attempts.mightLock(supportUser)
      ? this.#byEmail(address)
      : answer;
  }

  async #byEmail(address: string): Promise<Patched> {
    await this.off();
    const answer = await this.patch({ enabled: true, mfaType: 'email', email: address });
    if (isStillOn('email')(await this.after(isStillOn('email')))) return answer;
    throw new ArrangeError(`Support MFA could not be switched to e-mail: PATCH answered ${answer.status}.`);
  }

  async onByTotp(): Promise<SupportEnrolment> {
    return this.#usable(await this.#newKey());
  }

  async #newKey(): Promise<HandedKey> {
    // If a lock is near, first proves another key: its right code ends the series of wrong codes.
    if (this.connection.api.attempts.mightLock(supportUser) && !this.proofs.isInVain)
      await this.proofs.prove(this.#usable(await this.#byTotp()).authenticator);
    return this.#byTotp();
  }

  #usable = ({ answer }: HandedKey): SupportEnrolment => ({ answer, authenticator: this.authenticator });

  async #byTotp(): Promise<HandedKey> {
    await this.off();
    const isKeptWhileOff = this.#lastRead?.mfaType === 'totp';
    const answer = await this.patch({ enabled: true, mfaType: 'totp' });
    const failed = (why: string) =>
      new ArrangeError(`PATCH /support-user/mfa to totp answered ${answer.status}${why}`);
    if (answer.status >= 300) throw failed(': there is no key to test.');
    // Some targets switch support MFA on only at the first right code.
    const isOn = ({ mfaType }: SupportConfig) => mfaType === 'totp';
    if (!isOn(await this.after(isOn, isKeptWhileOff ? { isFelt: true } : {})))
      throw failed(", but GET doesn't show it.");
    return { answer, authenticator: this.ownAuthenticator };
  }

  /** Returns the last key. If none is in force, enrols a new one. */
  async enrolled(): Promise<HandedKey> {
    this.demand({ support: 'set' });
    const known = this.#enrolment;
    const { mfaType } = await this.assumed();
    if (known === undefined || mfaType !== 'totp' || !this.#isEnrolled(known)) return this.#newKey();
    // The answer with the known key is this test's evidence, too.
    this.connection.recorder.adopt([known.answer.exchange]);
    return known;
  }

  /** Ensures a proven TOTP key, so that changes need a code. Keeps such a key: another would cost a code. */
  async verified(): Promise<Verified> {
    this.demand({ support: 'set' });
    const now = await this.assumed();
    const known = this.#verified;
    const isOn = isStillOn('totp')(now) && known !== undefined && this.#isEnrolled(known);
    if (isOn && (await this.#isShownAsProven())) {
      if (this.connection.api.attempts.mightLock(supportUser))
        await this.proofs.endSeries(known.authenticator);
      return known;
    }
    if (this.proofs.isInVain) throw new ArrangeError(this.proofs.whyInVain());
    const { authenticator } = this.#usable(await this.#unprovenKey());
    const { answer } = await this.proofs.prove(authenticator);
    if (this.#verified === undefined)
      throw new ArrangeError(`The current code of the new key did not verify (${answer.status}).`);
    await this.after(isStillOn('totp'));
    return this.#verified;
  }

  /** Returns a new key. If the suite can't switch off the key that it enrolled before, returns that key. */
  async #unprovenKey(): Promise<HandedKey> {
    const known = this.#enrolment;
    const isInForce = this.#offByTotp.isStuck && known !== undefined && this.#isEnrolled(known);
    return isInForce && isStillOn('totp')(await this.assumed()) ? known : this.#byTotp();
  }

  /** Tells whether GET shows the key as proven; a wrong code may end that. True if the release shows no such state. */
  async #isShownAsProven(): Promise<boolean> {
    const { body } = this.expectedRead() ?? (await this.get());
    return ['kSuccess', undefined].includes(textOf(body, 'otpVerificationState'));
  }

  /** Tells whether this key is the last one that the target returned to any process of the run. */
  #isEnrolled = ({ answer }: HandedKey) =>
    this.connection.journal.read()?.enrolledUri === handedUri(answer.fields);

  async verify(
    totpCode: string | null,
    more: RequestBody<'VerifySupportUserTotp'> = {},
    options: ChangeOptions = {},
  ): Promise<Answer<'VerifySupportUserTotp'>> {
    const json = { totpCode, ...more };
    const send = () =>
      this.connection.api.call('VerifySupportUserTotp', { as: this.admin, json, ...options });
    const answer = await (options.expects === 'accepted' ? this.proofs.ofNewKey(totpCode, send) : send());
    // A wrong code may change the state as well, and GET may show this late.
    this.unclear();
    const { authenticator, answer: handed } = this.#enrolment ?? {};
    // A faulty target may accept any code, but only a right code proves the key.
    if (answer.fields.success !== true || !authenticator || !handed || totpCode === null) return answer;
    if (this.connection.codes.isRight(authenticator, totpCode)) {
      this.#verified = { answer: handed, authenticator, code: totpCode };
      this.proofs.used(authenticator, totpCode);
      this.lastProof = answer;
      // The code may have switched support MFA on.
      this.changed(isStillOn('totp'));
    }
    return answer;
  }

  mailedCode = (address: string): Promise<string> => this.#mails.code(address);

  /** Switches support MFA off, with the code that its mode needs. @param current an unused TOTP code */
  async off(current?: string): Promise<void> {
    this.demand({ support: 'set' });
    const now = await this.assumed();
    // While support MFA is off, the target may still keep an unproven key, which this gives up.
    const mayWait = this.isUnproven && now.mfaType === 'totp';
    if (!now.enabled && !mayWait) return;
    const mayBeLocked = this.connection.api.attempts.mayHaveLocked(supportUser);
    const tried = async (by: string | undefined) => {
      const answer = await this.#switchOff(now, by);
      return { answer, isOn: (await this.after(isOff)).enabled };
    };
    let last = await tried(current);
    if (last.isOn && mayBeLocked) {
      const again = () => tried(undefined);
      const { waiter, target } = this.connection;
      last = (await waiter.outlastLock(target.limits.lockMinutes, again, ({ isOn }) => !isOn)) ?? last;
    }
    if (last.isOn) {
      const hint = mayBeLocked
        ? ' Perhaps the support user is locked: limits.lockMinutes says how long locks last.'
        : '';
      const { status } = last.answer;
      throw new ArrangeError(`Support MFA could not be switched off: PATCH answered ${status}.${hint}`);
    }
    this.connection.journal.noteEnrolled(undefined);
    this.#authenticator = undefined;
    this.#enrolment = undefined;
    this.#verified = undefined;
  }

  /** Gives up the suite's own key if this needs no wait: the next run couldn't know which of its codes are used. */
  async letGo(): Promise<void> {
    if (this.#verified === undefined || !this.#isEnrolled(this.#verified) || (await this.found()).enabled)
      return;
    const mfaCode = this.connection.codes.soonest(this.#verified.authenticator)?.code;
    if (mfaCode !== undefined) await this.leave({ enabled: false, mfaCode });
  }

  /** @throws ArrangeError if the run gave up a person's key: a new key would lock that person out */
  protected async beforeStoring({ enabled, mfaType }: SupportConfig) {
    if (enabled && mfaType === 'totp')
      throw new ArrangeError(
        'The run found support MFA on, with a TOTP key that only its owner knows. It is now changed. The suite does not ' +
          'restore it, because a new key would lock the owner out. The owner must enrol a key first.',
      );
    await this.off();
    return undefined;
  }

  protected async store(body: object): Promise<boolean> {
    return (await this.patchAny(body)).status < 400;
  }

  protected bodiesOf(found: SupportConfig): readonly object[] {
    return [found, withoutNulls(found)];
  }

  protected residueOf(now: SupportConfig, found: SupportConfig): string | undefined {
    return now.enabled || found.enabled ? undefined : keptAddress;
  }

  protected notRestored(now: SupportConfig, found: SupportConfig): string {
    const words = ({ enabled, mfaType }: SupportConfig) => (enabled ? `on (${mfaType})` : 'off');
    return `The support user's MFA is ${words(now)}; it was found ${words(found)}.`;
  }

  async #switchOff(now: SupportConfig, current?: string): Promise<Answer> {
    if (!this.takesCode) return this.patch({ enabled: false });
    if (now.mfaType !== 'email') return this.#offByTotp.off(current);
    if (now.email === null) throw new ArrangeError('Support MFA is on by e-mail, but GET shows no address.');
    return this.#mails.acceptedCode(now.email, (mfaCode) => this.leave({ enabled: false, mfaCode }));
  }

  /** Leaving the current mode counts as a right attempt, so that the limit on failures never blocks it. */
  leave(body: RequestBody<'UpdateSupportMFAConfig'>): Promise<Patched> {
    return this.patchAny(body, this.admin, { expects: 'accepted' });
  }
}
