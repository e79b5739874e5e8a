import { ArrangeError, NotAllowedError } from '../../base/errors.js';
import { memberOf } from '../../contract/judging/body.js';
import type { RequestBody } from '../../contract/openapi/bodies.js';
import { effectiveAllow } from '../../input/target-file/allow.js';
import type { Credential } from '../../wire/http/credential.js';
import { type ClusterConfig, clusterConfigOf, sameCluster, setOf, withoutNulls } from '../journal/config.js';
import type { Journal } from '../journal/journal.js';
import type { Answer, Api, CallOptions } from './api.js';
import { asText } from './as-text.js';
import { Awaited } from './awaited.js';
import { ClusterRestore } from './cluster-restore.js';
import { firstLook } from './first-look.js';
import type { ReadBack, SettleOptions } from './read-back.js';
import type { StateReader } from './state-reader.js';

/** Logins may go by a switch a second after GET shows it. */
const lateAtMostMs = 2_000;

/** The cluster's MFA configuration: read it, change it with the journal kept, restore it. */
export class ClusterMfa {
  #found: ClusterConfig | undefined;
  #hasWayBack = false;
  #hasRested = false;
  readonly #restore: ClusterRestore;
  /** It was switched, and nobody looked since whether logins go by it. */
  #isUnfelt = false;
  readonly #awaited = new Awaited<ClusterConfig>();
  /** Whether GET ever showed authenticationTypes: a target may leave them out. */
  #showsTypes = false;
  /** As they were put last; undefined where that isn't known. */
  #putTypes: readonly string[] | undefined;

  constructor(
    private readonly api: Api,
    private readonly admin: Credential,
    private readonly journal: Journal,
    private readonly reader: StateReader,
    private readonly readBack: ReadBack,
    /** Whether the target file allows cluster MFA to be switched. */
    private readonly maySwitch: boolean,
  ) {
    this.#restore = new ClusterRestore({
      readAsShown: () => this.readAsShown(),
      readUntil: (done) => this.readUntil(done),
      store: (config) => this.#store(config),
    });
  }

  /**
   * To compare: authenticationTypes is a set, told in one order; where GET never shows it, as it was put last.
   *
   * @throws ArrangeError when the state can't be told
   */
  async read(): Promise<ClusterConfig> {
    return this.#told(await this.readAsShown());
  }

  /** As it stands before a change: see StateReader. @throws ArrangeError likewise */
  known(): Promise<ClusterConfig> {
    return this.#beforeChange(() => this.reader.known('GetMFAConfig'));
  }

  /** As it stands after a request: see StateReader. @throws ArrangeError likewise */
  async untouched(): Promise<ClusterConfig> {
    return this.#told(clusterConfigOf((await this.reader.untouched('GetMFAConfig')).body));
  }

  #told(config: ClusterConfig): ClusterConfig {
    this.#awaited.shown(config);
    this.#showsTypes ||= config.authenticationTypes !== null;
    const isHidden = config.enabled && !this.#showsTypes && this.#putTypes !== undefined;
    return inOneOrder(isHidden ? { ...config, authenticationTypes: this.#putTypes ?? null } : config);
  }

  /** To decide what is still to be arranged: see StateReader. @throws ArrangeError likewise */
  async assumed(): Promise<ClusterConfig> {
    return this.#expected() ?? this.#beforeChange(() => this.reader.assumed('GetMFAConfig'));
  }

  /** What the changes so far make of it, where that was seen often enough. */
  #expected(): ClusterConfig | undefined {
    const expected = this.reader.expected('GetMFAConfig');
    return expected && this.#told(clusterConfigOf(expected.body));
  }

  /** The last change is waited for; where it is not known by what it shows, as long as changes take. */
  async #beforeChange(get: () => Promise<Pick<Answer, 'body'>>): Promise<ClusterConfig> {
    if (this.reader.lags() && this.#awaited.takeUnclear()) await this.readBack.felt();
    const isShown = this.#awaited.take();
    if (isShown !== undefined) return this.readUntil(isShown);
    return this.#told(clusterConfigOf((await get()).body));
  }

  /** What the run found before its first change, as it was shown. */
  async found(): Promise<ClusterConfig> {
    this.#found ??=
      this.journal.read()?.cluster ?? (await firstLook('/mfa-config', () => this.readAsShown(), sameCluster));
    return this.#found;
  }

  /** The same as it stands before a change: see StateReader. */
  async knownAsShown(): Promise<ClusterConfig> {
    return clusterConfigOf((await this.reader.known('GetMFAConfig')).body);
  }

  /** As GET shows it; absent properties get their defaults. */
  async readAsShown(): Promise<ClusterConfig> {
    return clusterConfigOf((await this.reader.get('GetMFAConfig')).body);
  }

  /** A PUT of a body of the contract, or of what was read. */
  put(
    body: RequestBody<'UpdateMFAConfig'> | ClusterConfig,
    as?: Credential,
  ): Promise<Answer<'UpdateMFAConfig'>> {
    return this.putAny(body, as);
  }

  async putAny(
    body: unknown,
    as: Credential = this.admin,
    options: Pick<CallOptions, 'throttlingIsTested'> = {},
  ): Promise<Answer<'UpdateMFAConfig'>> {
    if (memberOf(body, 'enabled') === true) await this.#proveWayBackOnceOn();
    const answer = await this.api.call('UpdateMFAConfig', { as, anyJson: body, ...options });
    if (answer.status < 300) this.#wasPut(body);
    return answer;
  }

  /**
   * Proves, once, that the configuration can still be reached without a code: the API key, or the session opened
   * before, answers a GET. Without that, nothing is sent that the target may take for a switch of cluster MFA.
   *
   * @throws NotAllowedError
   */
  async proveWayBack(): Promise<void> {
    if (this.#hasWayBack) return;
    const { status } = await this.api.call('GetMFAConfig', { as: this.admin });
    this.#hasWayBack = status >= 200 && status < 300;
    if (this.#hasWayBack) return;
    const what = this.#goesByKey ? "the admin's API key" : "the admin's session";
    throw new NotAllowedError(
      `would switch cluster MFA on without a proven way back: GET /mfa-config with ${what} was answered ${status}.`,
    );
  }

  /**
   * The same before a switch. A session may end with the switch, or before it is switched back, and nobody could open
   * another without a code: it is a way back only where the target is to be thrown away.
   */
  async #proveWayBackOnceOn(): Promise<void> {
    if (!this.#goesByKey && !effectiveAllow(this.api.target.allow).disposable)
      throw new NotAllowedError(
        "would switch cluster MFA on with no way back but the admin's session, which may end: give accounts.admin.apiKey",
      );
    await this.proveWayBack();
  }

  get #goesByKey(): boolean {
    return this.admin.scheme === 'APIKeyHeader';
  }

  /**
   * PUT of a body that means nothing to the suite, or of none: nothing in it is a secret.
   *
   * @param mistake see CallOptions
   */
  async putText(body: string | undefined, mistake?: string): Promise<Answer<'UpdateMFAConfig'>> {
    // Whatever it is, the target may read it as a request to switch on.
    await this.proveWayBack();
    const answer = await this.api.call('UpdateMFAConfig', { as: this.admin, ...asText(body, mistake) });
    if (answer.status < 300) this.#wasPut(jsonIn(body));
    return answer;
  }

  #wasPut(body: unknown): void {
    const wanted = memberOf(body, 'enabled');
    this.#awaited.changed(typeof wanted === 'boolean' ? ({ enabled }) => enabled === wanted : undefined);
    this.#putTypes = typesIn(body);
    this.#isUnfelt = true;
  }

  /** What is read once it satisfies `done`, or the last thing read. */
  readUntil(done: (config: ClusterConfig) => boolean, options?: SettleOptions): Promise<ClusterConfig> {
    return this.readBack.until(() => this.read(), done, { of: 'cluster', ...options });
  }

  /** Lets pass what a switch may take until it is felt, where nothing was seen of that yet. */
  rest(): Promise<void> {
    return this.readBack.rest(lateAtMostMs);
  }

  /** What `get` gave once it satisfied `done`, or gave last: for whatever a change brings about. */
  settles<T>(get: () => Promise<T>, done: (value: T) => boolean, options?: SettleOptions): Promise<T> {
    return this.readBack.until(get, done, options);
  }

  /**
   * Switches cluster MFA on with at least these types; types found in use are never taken away.
   *
   * @param isFelt how late logins go by it is to be seen next: the first time, no change of a moment before is to be
   *   taken for this one
   * @returns whether that took a change, or an earlier one is still to be seen in logins
   */
  async on(types: readonly string[], { isFelt = false } = {}): Promise<boolean> {
    const isBoth = setOf(types) === 'email totp';
    this.reader.demand({ cluster: isBoth ? 'on' : 'set' });
    await this.#proveWayBackOnceOn();
    const found = await this.found();
    const now = await this.assumed();
    const keep = found.enabled ? (found.authenticationTypes ?? []) : [];
    const wanted = [...new Set([...types, ...keep])];
    const has = (config: ClusterConfig) =>
      config.enabled && wanted.every((type) => config.authenticationTypes?.includes(type) ?? false);
    const isSo = has(now) && (found.enabled || now.authenticationTypes?.length === wanted.length);
    const isUnfelt = isFelt && this.#isUnfelt;
    if (isSo && !isUnfelt) return false;
    if (isFelt && !this.#hasRested && (isSo || !now.enabled)) await this.rest();
    if (isSo) {
      this.#isUnfelt = false;
      return true;
    }
    // From here on the look that follows shows how late logins are: what is so already by then would not.
    if (isFelt && !now.enabled) this.#hasRested = true;
    // Where a type is taken away the list before has all that is wanted, too: a late answer must not pass for the new.
    const shows = (config: ClusterConfig) =>
      config.enabled && setOf(config.authenticationTypes) === setOf(wanted);
    await this.#set({ enabled: true, authenticationTypes: wanted, retainUserMfaSettings: true }, has, shows);
    if (isFelt) this.#isUnfelt = false;
    return true;
  }

  /** Off, where it was found off: tests that don't ask for cluster MFA start from what was found. */
  async asFound(): Promise<void> {
    this.reader.demand({ cluster: 'off' });
    const found = await this.found();
    if (!found.enabled) await this.off();
  }

  /** Switches cluster MFA off so that nobody has to enrol anew. */
  async off(): Promise<void> {
    this.reader.demand({ cluster: 'off' });
    const now = await this.assumed();
    if (!now.enabled) return;
    const body = { ...now, enabled: false, retainUserMfaSettings: true };
    await this.#set(body, (config) => !config.enabled);
  }

  /** Switches cluster MFA off, and has users' enrolments forgotten: for throw-away targets only. */
  async offForgetting(): Promise<void> {
    const body = { ...(await this.read()), enabled: false, retainUserMfaSettings: false };
    await this.#set(body, (config) => !config.enabled);
  }

  /**
   * Puts `config` in force exactly, in the two steps that switching off may take.
   *
   * @returns what of it can't be restored, in words
   */
  async giveBack(config: ClusterConfig): Promise<string[]> {
    if (!config.enabled) await this.off();
    return this.#restore.giveBack(config);
  }

  async #store(anyJson: object): Promise<boolean> {
    return (await this.api.call('UpdateMFAConfig', { as: this.admin, anyJson })).status < 400;
  }

  /** @param shows what to wait for; `done` is enough where it doesn't come */
  async #set(body: ClusterConfig, done: (config: ClusterConfig) => boolean, shows = done): Promise<void> {
    // Back to what was found is always allowed.
    if (!this.maySwitch && body.enabled !== (await this.found()).enabled)
      throw new NotAllowedError("would switch the cluster's MFA: allow.clusterMfa is not true.");
    let answer = await this.put(body);
    // Some targets take no null.
    if (answer.status >= 400 && Object.values(body).includes(null))
      answer = await this.putAny(withoutNulls(body));
    if (answer.status < 200 || answer.status >= 300) {
      throw new ArrangeError(`PUT /mfa-config to ${describe(body)} answered ${answer.status}.`);
    }
    const expected = this.#expected();
    const shown = expected && shows(expected) ? expected : await this.readUntil(shows);
    if (shown.enabled !== body.enabled)
      this.api.breaks(answer.exchange, 'mfa-config/stores-enabled', { kind: 'not stored', name: 'enabled' });
    if (!done(shown)) {
      throw new ArrangeError(
        `PUT /mfa-config to ${describe(body)} answered ${answer.status}, but GET doesn't show it.`,
      );
    }
  }
}

function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function typesIn(body: unknown): string[] | undefined {
  const types = memberOf(body, 'authenticationTypes');
  return Array.isArray(types) ? types.map(String) : undefined;
}

function inOneOrder(config: ClusterConfig): ClusterConfig {
  const types = config.authenticationTypes;
  return { ...config, authenticationTypes: types === null ? null : [...new Set(types)].sort() };
}

function describe({ enabled, authenticationTypes }: ClusterConfig): string {
  return `${enabled ? 'on' : 'off'} with [${authenticationTypes?.join(', ') ?? ''}]`;
}
