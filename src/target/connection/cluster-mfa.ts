import { ArrangeError, NotAllowedError } from '../../base/errors.js';
import { parsedJson } from '../../base/shape.js';
import { memberOf } from '../../contract/judging/body.js';
import type { RequestBody } from '../../contract/openapi/bodies.js';
import { effectiveAllow } from '../../input/target-file/allow.js';
import type { Credential } from '../../wire/http/credential.js';
import { type ClusterConfig, clusterConfigOf, sameCluster, setOf, withoutNulls } from '../journal/config.js';
import type { Answer, CallOptions } from './api.js';
import { asText } from './call.js';
import { PartState, type StateParts } from './part-state.js';

/** What remains if a target refuses null and keeps omitted members. */
const keptMembers =
  'authenticationTypes or retainUserMfaSettings of cluster MFA had no value before the run. The target refuses ' +
  "null, so it keeps the suite's values. They have no effect while cluster MFA is off.";

type Put = Answer<'UpdateMFAConfig'>;
type Done = (config: ClusterConfig) => boolean;

const isOff: Done = ({ enabled }) => !enabled;

export class ClusterMfa extends PartState<'GetMFAConfig', ClusterConfig> {
  readonly same = sameCluster;
  readonly configOf = clusterConfigOf;
  #hasWayBack = false;
  #hasRested = false;
  /** Whether the suite has switched cluster MFA and nothing has shown yet that logins follow. */
  #isUnfelt = false;
  /** Whether GET has ever shown authenticationTypes. A target may hide them. */
  #showsTypes = false;
  #putTypes: readonly string[] | undefined;

  constructor(connection: StateParts, admin: Credential) {
    super(connection, admin, 'GetMFAConfig');
  }

  /** Sorts authenticationTypes, a set. If GET has never shown them, takes the types of the last PUT. */
  protected override comparable(config: ClusterConfig): ClusterConfig {
    this.#showsTypes ||= config.authenticationTypes !== null;
    const isHidden = config.enabled && !this.#showsTypes && this.#putTypes !== undefined;
    const types = (isHidden ? this.#putTypes : config.authenticationTypes) ?? null;
    return { ...config, authenticationTypes: types && [...new Set(types)].sort() };
  }

  async knownAsShown(): Promise<ClusterConfig> {
    return clusterConfigOf((await this.lookBefore()).body);
  }

  put(body: RequestBody<'UpdateMFAConfig'> | ClusterConfig, as?: Credential): Promise<Put> {
    return this.putAny(body, as);
  }

  async putAny(body: unknown, as = this.admin, options: Pick<CallOptions, 'expects'> = {}) {
    if (memberOf(body, 'enabled') === true) await this.#proveWayBackOnceOn();
    const answer = await this.connection.api.call('UpdateMFAConfig', { as, anyJson: body, ...options });
    if (answer.status < 300) this.#wasPut(body);
    return answer;
  }

  /** Proves once that the admin can read without a code. @throws NotAllowedError if GET is refused */
  async proveWayBack(): Promise<void> {
    if (this.#hasWayBack) return;
    const { status } = await this.connection.api.call('GetMFAConfig', { as: this.admin });
    this.#hasWayBack = status >= 200 && status < 300;
    if (this.#hasWayBack) return;
    const what = this.#goesByKey ? "the admin's API key" : "the admin's session";
    throw new NotAllowedError(
      `would switch cluster MFA on without a proven way back: GET /mfa-config with ${what} was answered ${status}.`,
    );
  }

  /** A session suffices only on a disposable target: it may end, and a new one would need a code. */
  async #proveWayBackOnceOn(): Promise<void> {
    if (!this.#goesByKey && !effectiveAllow(this.connection.target.allow).disposable)
      throw new NotAllowedError(
        "would switch cluster MFA on with no way back but the admin's session, which may end: give accounts.admin.apiKey",
      );
    await this.proveWayBack();
  }

  get #goesByKey(): boolean {
    return this.admin.scheme === 'APIKeyHeader';
  }

  /** Puts a text, which must hold no secret, or sends no body. @param mistake see RequestOptions */
  async putText(body: string | undefined, mistake?: string): Promise<Put> {
    // The target may read any body as a request to switch MFA on.
    await this.proveWayBack();
    const options = asText(body, mistake);
    const answer = await this.connection.api.call('UpdateMFAConfig', { as: this.admin, ...options });
    if (answer.status < 300) this.#wasPut(parsedJson(body ?? ''));
    return answer;
  }

  #wasPut(body: unknown): void {
    const wanted = memberOf(body, 'enabled');
    this.changed(typeof wanted === 'boolean' ? ({ enabled }) => enabled === wanted : undefined);
    this.#putTypes = typesIn(body);
    this.#isUnfelt = true;
  }

  /** @param isFelt whether the caller measures when logins follow @returns whether logins may still lag behind */
  async on(types: readonly string[], { isFelt = false } = {}): Promise<boolean> {
    const isBoth = setOf(types) === 'email totp';
    this.demand({ cluster: isBoth ? 'on' : 'set' });
    await this.#proveWayBackOnceOn();
    const found = await this.found();
    const now = await this.assumed();
    const keep = found.enabled ? (found.authenticationTypes ?? []) : [];
    const wanted = [...new Set([...types, ...keep])];
    const has: Done = (config) =>
      config.enabled && wanted.every((type) => config.authenticationTypes?.includes(type) ?? false);
    const isSo = has(now) && (found.enabled || now.authenticationTypes?.length === wanted.length);
    if (isSo && !(isFelt && this.#isUnfelt)) return false;
    if (isFelt && !this.#hasRested && (isSo || !now.enabled)) await this.rest();
    if (!isSo) {
      // The caller now measures the enforcement delay, so later switches need no wait.
      if (isFelt && !now.enabled) this.#hasRested = true;
      // If a type is removed, the old list has all wanted types too, so only the exact list shows the change.
      const shows: Done = (config) => config.enabled && setOf(config.authenticationTypes) === setOf(wanted);
      await this.#set(
        { enabled: true, authenticationTypes: wanted, retainUserMfaSettings: true },
        has,
        shows,
      );
      // No login shows when another type is taken, so an enforcement delay that was never measured must be waited for.
      if (isFelt && !this.#hasRested) await this.rest();
    }
    if (isFelt) this.#isUnfelt = false;
    return true;
  }

  /** Switches cluster MFA off if the run found it off. Tests that don't use cluster MFA start from the found state. */
  async asFound(): Promise<void> {
    this.demand({ cluster: 'off' });
    const found = await this.found();
    if (!found.enabled) await this.off();
  }

  async off(): Promise<void> {
    this.demand({ cluster: 'off' });
    const now = await this.assumed();
    if (!now.enabled) return;
    // A target may go by the stored value, and forget the users' keys despite the value in this PUT.
    if (now.retainUserMfaSettings === false && (await this.found()).enabled)
      await this.put({ ...now, retainUserMfaSettings: true });
    await this.#set({ ...now, enabled: false, retainUserMfaSettings: true }, isOff);
  }

  /** Also deletes users' enrolments, so only for disposable targets. */
  async offForgetting(): Promise<void> {
    await this.#set({ ...(await this.read()), enabled: false, retainUserMfaSettings: false }, isOff);
  }

  /** Switches MFA off first, because storing the found state while it is on may delete users' enrolments. */
  protected async beforeStoring(found: ClusterConfig, now: ClusterConfig | undefined, isOwn: boolean) {
    if (found.enabled) return undefined;
    const keeping = { ...found, retainUserMfaSettings: true };
    const isSurelyOff = now?.enabled === false && (isOwn || this.connection.readBack.showsAtOnce(this.part));
    if (now === undefined && !(await this.store(keeping))) await this.store(withoutNulls(keeping));
    if (now === undefined || isSurelyOff) return undefined;
    const shown = await this.#set(keeping, isOff);
    return sameCluster(keeping, found) && sameCluster(shown, found) ? shown : undefined;
  }

  protected async store(anyJson: object): Promise<boolean> {
    const { status } = await this.connection.api.call('UpdateMFAConfig', { as: this.admin, anyJson });
    if (status < 400) this.#putTypes = typesIn(anyJson);
    return status < 400;
  }

  protected bodiesOf(found: ClusterConfig): readonly object[] {
    const set = withoutNulls(found);
    return [found, set, { authenticationTypes: [], retainUserMfaSettings: false, ...set }];
  }

  /** The order of the types has no meaning, but the found order is stored once. */
  protected override isRestored(now: ClusterConfig, found: ClusterConfig, hasStored: boolean): boolean {
    return JSON.stringify(now) === JSON.stringify(found) || (hasStored && sameCluster(now, found));
  }

  protected residueOf(now: ClusterConfig, found: ClusterConfig): string | undefined {
    return !now.enabled && sameCluster(now, { ...now, ...withoutNulls(found) }) ? keptMembers : undefined;
  }

  protected notRestored(now: ClusterConfig, found: ClusterConfig): string {
    return `The cluster's MFA configuration is ${JSON.stringify(now)}; it was found as ${JSON.stringify(found)}.`;
  }

  /** @param shows the state to wait for @param done the state that is enough if the wait ends without it */
  async #set(body: ClusterConfig, done: Done, shows = done): Promise<ClusterConfig> {
    const { clusterMfa } = effectiveAllow(this.connection.target.allow);
    if (!clusterMfa && body.enabled !== (await this.found()).enabled)
      throw new NotAllowedError("would switch the cluster's MFA: allow.clusterMfa is not true.");
    let answer = await this.put(body);
    // Some targets refuse null.
    if (answer.status >= 400 && Object.values(body).includes(null))
      answer = await this.putAny(withoutNulls(body));
    if (answer.status < 200 || answer.status >= 300)
      throw new ArrangeError(`PUT /mfa-config to ${describe(body)} answered ${answer.status}.`);
    const shown = await this.after(shows);
    const breach = { kind: 'not stored', name: 'enabled' } as const;
    if (shown.enabled !== body.enabled)
      this.connection.recorder.breaks(answer.exchange, 'mfa-config/stores-enabled', breach);
    if (!done(shown))
      throw new ArrangeError(
        `PUT /mfa-config to ${describe(body)} answered ${answer.status}, but GET doesn't show it.`,
      );
    return shown;
  }
}

function typesIn(body: unknown): string[] | undefined {
  const types = memberOf(body, 'authenticationTypes');
  return Array.isArray(types) ? types.map(String) : undefined;
}

function describe({ enabled, authenticationTypes }: ClusterConfig): string {
  return `${enabled ? 'on' : 'off'} with [${authenticationTypes?.join(', ') ?? ''}]`;
}
