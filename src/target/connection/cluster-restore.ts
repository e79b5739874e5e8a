import { ArrangeError } from '../../base/errors.js';
import { type ClusterConfig, sameCluster, withoutNulls } from '../journal/config.js';

interface Restorable {
  readAsShown(): Promise<ClusterConfig>;
  readUntil(done: (config: ClusterConfig) => boolean): Promise<ClusterConfig>;
  store(config: object): Promise<boolean>;
}

/** What can't be restored where a target takes no null and keeps what a PUT leaves out. */
const keptMembers =
  'What was never configured of cluster MFA can not be put back to null: the target keeps authenticationTypes or ' +
  'retainUserMfaSettings of the suite, which nothing uses while cluster MFA is off.';

export class ClusterRestore {
  #hasRestored = false;
  /** What the target made of an attempt, where that is all that can be had. */
  #kept: ClusterConfig | undefined;

  constructor(private readonly cluster: Restorable) {}

  /** @returns what of it can't be restored, in words */
  async giveBack(config: ClusterConfig): Promise<string[]> {
    const now = await this.cluster.readAsShown().catch(async (error: unknown) => {
      // A target may show what was found, and the suite's configuration in a form that can't be read.
      if (!(error instanceof ArrangeError)) throw error;
      await this.cluster.store(config);
      return this.cluster.readAsShown();
    });
    if (JSON.stringify(now) === JSON.stringify(config)) return [];
    // Another order means nothing, but is restored as well, where the target lets it be.
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

  /** By as many bodies as it takes: not every target takes null, or takes what is left out for null. */
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
