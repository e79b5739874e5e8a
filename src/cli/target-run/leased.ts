import { ConfigurationError } from '../../base/errors.js';
import { isFileError, makeFolder } from '../../base/files.js';
import { type Busy, Lease, type LeaseOptions } from '../../target/journal/lease.js';
import { mayChange, type Prepared } from './prepared.js';

/** A target that no other run can use until {@link release}. */
export class Leased {
  private constructor(
    readonly prepared: Prepared,
    /** Undefined if the run changes nothing and can't write to the state folder. */
    private readonly lease: Lease | undefined,
    /** The lease on the reports' folder; undefined if the folder can't be written to. */
    private readonly reports: Lease | undefined,
  ) {}

  /** @returns the lease, or a sentence that names the run using the target or its folder of reports */
  static async take(prepared: Prepared, tell: (message: string) => void): Promise<Leased | string> {
    const { target, command, stateDir, stateGuard, folder } = prepared;
    const options = { wait: command.wait, tell, env: process.env };
    const reports = await leaseOfReports(folder, options);
    if (reports !== undefined && !(reports instanceof Lease))
      return `${folder} is written to by ${reports.holder}. Nothing was sent; choose another --out.`;
    try {
      const lease = await Lease.take(stateDir, stateGuard.knownAs, options);
      if (lease instanceof Lease) return new Leased(prepared, lease, reports);
      reports?.release();
      return `${target.baseUrl} is in use by ${lease.holder}. Nothing was sent; --wait waits until it is free.`;
    } catch (error) {
      if (mayChange(prepared) || !(error instanceof ConfigurationError)) {
        reports?.release();
        throw error;
      }
      tell(`warning: ${target.name}: another run may use the target at the same time. ${error.message}`);
      return new Leased(prepared, undefined, reports);
    }
  }

  onLost(tell: (reason: string) => void): void {
    if (this.lease === undefined) return;
    this.lease.onLost(tell);
    if (mayChange(this.prepared)) this.prepared.stateGuard.watch(tell);
  }

  release(): void {
    this.prepared.stateGuard.end();
    this.lease?.release();
    this.reports?.release();
  }
}

/** Returns undefined if the folder can't be written to. Writing the reports then reports the problem. */
async function leaseOfReports(folder: string, options: LeaseOptions): Promise<Lease | Busy | undefined> {
  try {
    makeFolder(folder, 0o700);
    return await Lease.takeFolder(folder, options);
  } catch (error) {
    if (!isFileError(error)) throw error;
    return undefined;
  }
}
