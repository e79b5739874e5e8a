import { ConfigurationError } from '../../base/errors.js';
import { Lease } from '../../target/journal/lease.js';
import { mayChange, type Prepared } from './prepared.js';

/** A target that no other run can use until {@link release}. */
export class Leased {
  private constructor(
    readonly prepared: Prepared,
    /** Undefined where nothing is to be changed, and the state folder can't be written to. */
    private readonly lease: Lease | undefined,
  ) {}

  /**
   * @returns who has the target, where it is in use
   * @throws ConfigurationError when the state folder can't be written to, unless nothing is to be changed
   */
  static async take(prepared: Prepared, tell: (message: string) => void): Promise<Leased | string> {
    const { target, command, stateDir, safekeeping } = prepared;
    const options = { wait: command.wait, tell, env: process.env };
    try {
      const lease = await Lease.take(stateDir, safekeeping.knownAs, options);
      return lease instanceof Lease ? new Leased(prepared, lease) : lease.holder;
    } catch (error) {
      if (mayChange(prepared) || !(error instanceof ConfigurationError)) throw error;
      tell(`warning: ${target.name}: nothing keeps another run off the target. ${error.message}`);
      return new Leased(prepared, undefined);
    }
  }

  /** @param tell told why the run can't go on: the lease, or the folder that it and the journal lie in, is lost */
  onLost(tell: (reason: string) => void): void {
    if (this.lease === undefined) return;
    this.lease.onLost(tell);
    if (mayChange(this.prepared)) this.prepared.safekeeping.watch(tell);
  }

  release(): void {
    this.prepared.safekeeping.end();
    this.lease?.release();
  }
}
