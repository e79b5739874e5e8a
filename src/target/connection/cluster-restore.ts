import { ArrangeError } from '../../base/errors.js';
import { type ClusterConfig, sameCluster, withoutNulls } from '../journal/config.js';

interface Restorable {
  readAsShown(): Promise<ClusterConfig>;
  readUntil(done: (config: ClusterConfig) => boolean): Promise<ClusterConfig>;
  store(config: object): Promise<boolean>;
}

/** Values that can't be restored on a target that refuses null and keeps omitted members. */
const keptMembers =
  'Unset members of cluster MFA can not be reset to null: the target keeps the authenticationTypes or ' +
  'retainUserMfaSettings of the suite, which have no effect while cluster MFA is off.';

export class ClusterRestore {
  #hasRestored = false;
  /** The closest state that the target accepted, if an exact one is impossible. */
  #kept: ClusterConfig | undefined;

  constructor(private readonly cluster: Restorable) {}

  /** @returns sentences on what can't be restored */
  async giveBack(config: ClusterConfig): Promise<string[]> {
    const now = await this.cluster.readAsShown().catch(async (error: unknown) => {
      // The target's current configuration may be unreadable while the original one is readable.
      if (!(error instanceof ArrangeError)) throw error;
      await this.cluster.store(config);
      return this.cluster.readAsShown();
    });
    if (JSON.stringify(now) === JSON.stringify(config)) return [];
    // The order has no meaning, but is restored as well if the target allows it.
    if (sameCluster(now, config) && this.#hasRestored) return [];
    if (this.#kept !== undefined && sameCluster(now, this.#kept)) return [keptMembers];
    const after = await this.#stored(config);
    this.#hasRestored = true;
    if (sameCluster(after, config)) return [];
    if (!after.enabled && sameCluster(after, fillNulls(config, after))) {
      this.#kept = after;
      return [keptMembers];
    }
    throw new ArrangeError(
      `The cluster's MFA configuration is ${JSON.stringify(after)}; it was found as ${JSON.stringify(config)}.`,
    );
  }

  /** Sends several bodies if needed: some targets refuse null, or ignore omitted members. */
  async #stored(config: ClusterConfig): Promise<ClusterConfig> {
    const empty = { authenticationTypes: [], retainUserMfaSettings: false, ...withoutNulls(config) };
    const bodies = [config, withoutNulls(config), empty];
    const isNew = (body: object, at: number) => JSON.stringify(body) !== JSON.stringify(bodies[at - 1]);
    let after: ClusterConfig | undefined;
    for (const body of bodies.filter(isNew)) {
      if (!(await this.cluster.store(body))) continue;
      after = await this.cluster.readUntil((read) => sameCluster(read, config));
      if (sameCluster(after, config)) return after;
    }
    return after ?? (await this.cluster.readUntil((read) => sameCluster(read, config)));
  }
}

function fillNulls(config: ClusterConfig, now: ClusterConfig): ClusterConfig {
  return {
    ...config,
    authenticationTypes: config.authenticationTypes ?? now.authenticationTypes,
    retainUserMfaSettings: config.retainUserMfaSettings ?? now.retainUserMfaSettings,
  };
}
