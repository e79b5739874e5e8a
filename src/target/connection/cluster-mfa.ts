import { ArrangeError, NotAllowedError } from '../../base/errors.js';
import { parsedJson } from '../../base/shape.js';
import { memberOf } from '../../contract/judging/body.js';
import type { RequestBody } from '../../contract/openapi/bodies.js';
import { effectiveAllow } from '../../input/target-file/allow.js';
import type { Credential } from '../../wire/http/credential.js';
import { type ClusterConfig, clusterConfigOf, sameCluster, setOf, withoutNulls } from '../journal/config.js';
import type { Journal } from '../journal/journal.js';
import type { Answer, Api, CallOptions } from './api.js';
import { Awaited } from './awaited.js';
import { asText } from './call.js';
import { ClusterRestore } from './cluster-restore.js';
import { firstLook } from './first-look.js';
import type { ReadBack, SettleOptions } from './read-back.js';
import type { StateReader } from './state-reader.js';

/** Logins may follow a switch up to a second after GET shows it. */
const lateAtMostMs = 2_000;

/** The cluster's MFA configuration: reads it, changes it with the journal kept, restores it. */
export class ClusterMfa {
  #found: ClusterConfig | undefined;
  #hasWayBack = false;
  #hasRested = false;
  readonly #restore: ClusterRestore;
  /** It was switched, and nothing has shown yet whether logins follow. */
  #isUnfelt = false;
  readonly #awaited = new Awaited<ClusterConfig>();
  /** Whether GET ever showed authenticationTypes: a target may hide them. */
  #showsTypes = false;
  /** The types last put; undefined if unknown. */
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
   * For comparison: authenticationTypes as a sorted set; if GET never shows it, as last put.
   *
   * @throws ArrangeError if the state is unknown
   */
  async read(): Promise<ClusterConfig> {
    return this.#told(await this.readAsShown());
  }

  /** The state before a change: see StateReader. @throws ArrangeError if it is unknown */
  known(): Promise<ClusterConfig> {
    return this.#beforeChange(() => this.reader.known('GetMFAConfig'));
  }

  /** The state after a request: see StateReader. @throws ArrangeError if it is unknown */
  async untouched(): Promise<ClusterConfig> {
    return this.#told(clusterConfigOf((await this.reader.untouched('GetMFAConfig')).body));
  }

  #told(config: ClusterConfig): ClusterConfig {
    this.#awaited.shown(config);
    this.#showsTypes ||= config.authenticationTypes !== null;
    const isHidden = config.enabled && !this.#showsTypes && this.#putTypes !== undefined;
    return inOneOrder(isHidden ? { ...config, authenticationTypes: this.#putTypes ?? null } : config);
  }

  /** To decide which preparations are still needed: see StateReader. @throws ArrangeError if the state is unknown */
  async assumed(): Promise<ClusterConfig> {
    return this.#expected() ?? this.#beforeChange(() => this.reader.assumed('GetMFAConfig'));
  }

  /** The state after the changes so far, if their effects are known. */
  #expected(): ClusterConfig | undefined {
    const expected = this.reader.expected('GetMFAConfig');
    return expected && this.#told(clusterConfigOf(expected.body));
  }

  /** Waits for the last change; if nothing would show it, as long as changes usually take. */
  async #beforeChange(get: () => Promise<Pick<Answer, 'body'>>): Promise<ClusterConfig> {
    if (this.reader.lags() && this.#awaited.takeUnclear()) await this.readBack.felt();
    const isShown = this.#awaited.take();
    if (isShown !== undefined) return this.readUntil(isShown);
    return this.#told(clusterConfigOf((await get()).body));
  }

  /** The configuration before the run's first change, as GET showed it. */
  async found(): Promise<ClusterConfig> {
    this.#found ??=
      this.journal.read()?.cluster ?? (await firstLook('/mfa-config', () => this.readAsShown(), sameCluster));
    return this.#found;
  }

  /** The configuration before a change, as GET shows it: see StateReader. */
  async knownAsShown(): Promise<ClusterConfig> {
    return clusterConfigOf((await this.reader.known('GetMFAConfig')).body);
  }

  /** As GET shows it; absent properties get their defaults. */
  async readAsShown(): Promise<ClusterConfig> {
    return clusterConfigOf((await this.reader.get('GetMFAConfig')).body);
  }

  /** PUT of a body of the contract, or of one that was read. */
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
   * Checks, once, that the configuration stays reachable without a code: the API key, or the session opened before,
   * answers a GET. Otherwise nothing is sent that might switch cluster MFA.
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
   * The same before a switch. A session may end before MFA is switched off again, and a new one would need a code: it
   * only counts on a throw-away target.
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
   * PUT of an arbitrary text, or of no body; it holds no secret.
   *
   * @param mistake see CallOptions
   */
  async putText(body: string | undefined, mistake?: string): Promise<Answer<'UpdateMFAConfig'>> {
    // The target may read any body as a request to switch on.
    await this.proveWayBack();
    const answer = await this.api.call('UpdateMFAConfig', { as: this.admin, ...asText(body, mistake) });
    if (answer.status < 300) this.#wasPut(parsedJson(body ?? ''));
    return answer;
  }

  #wasPut(body: unknown): void {
    const wanted = memberOf(body, 'enabled');
    this.#awaited.changed(typeof wanted === 'boolean' ? ({ enabled }) => enabled === wanted : undefined);
    this.#putTypes = typesIn(body);
    this.#isUnfelt = true;
  }

  /** The state once it satisfies `done`, or the last one read. */
  readUntil(done: (config: ClusterConfig) => boolean, options?: SettleOptions): Promise<ClusterConfig> {
    return this.readBack.until(() => this.read(), done, { of: 'cluster', ...options });
  }

  /** Waits as long as a switch may take to reach logins, if that is unknown. */
  rest(): Promise<void> {
    return this.readBack.rest(lateAtMostMs);
  }

  /** The result of `get` once it satisfies `done`, or the last one, for any effect of a change. */
  settles<T>(get: () => Promise<T>, done: (value: T) => boolean, options?: SettleOptions): Promise<T> {
    return this.readBack.until(get, done, options);
  }

  /**
   * Switches cluster MFA on with at least these types; types found in use stay.
   *
   * @param isFelt the caller measures when logins follow: the first time, an earlier change must not be mistaken for
   * this one
   * @returns whether this changed anything, or logins may still lag behind an earlier change
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
    // The next look measures how late logins are, so later switches need no rest.
    if (isFelt && !now.enabled) this.#hasRested = true;
    // If a type is removed, the old list also has all wanted types: a late answer must not count as the new state.
    const shows = (config: ClusterConfig) =>
      config.enabled && setOf(config.authenticationTypes) === setOf(wanted);
    await this.#set({ enabled: true, authenticationTypes: wanted, retainUserMfaSettings: true }, has, shows);
    if (isFelt) this.#isUnfelt = false;
    return true;
  }

  /** Off if it was found off: tests that don't use cluster MFA start from the found state. */
  async asFound(): Promise<void> {
    this.reader.demand({ cluster: 'off' });
    const found = await this.found();
    if (!found.enabled) await this.off();
  }

  /** Switches cluster MFA off in a way that keeps users' enrolments. */
  async off(): Promise<void> {
    this.reader.demand({ cluster: 'off' });
    const now = await this.assumed();
    if (!now.enabled) return;
    const body = { ...now, enabled: false, retainUserMfaSettings: true };
    await this.#set(body, (config) => !config.enabled);
  }

  /** Switches cluster MFA off and deletes users' enrolments: for throw-away targets only. */
  async offForgetting(): Promise<void> {
    const body = { ...(await this.read()), enabled: false, retainUserMfaSettings: false };
    await this.#set(body, (config) => !config.enabled);
  }

  /**
   * Restores `config` exactly, in the two steps that switching off may take.
   *
   * @returns sentences on what can't be restored
   */
  async giveBack(config: ClusterConfig): Promise<string[]> {
    if (!config.enabled) await this.off();
    return this.#restore.giveBack(config);
  }

  async #store(anyJson: object): Promise<boolean> {
    return (await this.api.call('UpdateMFAConfig', { as: this.admin, anyJson })).status < 400;
  }

  /** @param shows the state to wait for; if it never shows, `done` is enough */
  async #set(body: ClusterConfig, done: (config: ClusterConfig) => boolean, shows = done): Promise<void> {
    // Restoring the found state is always allowed.
    if (!this.maySwitch && body.enabled !== (await this.found()).enabled)
      throw new NotAllowedError("would switch the cluster's MFA: allow.clusterMfa is not true.");
    let answer = await this.put(body);
    // Some targets refuse null.
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
