import { ConfigurationError } from '../../base/errors.js';
import { isOfFiles, makeFolder } from '../../base/files.js';
import { type Busy, Lease, type LeaseOptions } from '../../target/journal/lease.js';
import { mayChange, type Prepared } from './prepared.js';

/** A target that no other run can use until {@link release}. */
export class Leased {
  private constructor(
    readonly prepared: Prepared,
    /** Undefined where nothing is to be changed, and the state folder can't be written to. */
    private readonly lease: Lease | undefined,
    /** Of the folder of its reports; undefined where none can be written. */
    private readonly reports: Lease | undefined,
  ) {}

  /**
   * @returns why the target can't be tried now, in a sentence: another run has it, or the folder of its reports
   * @throws ConfigurationError when the state folder can't be written to, unless nothing is to be changed
   */
  static async take(prepared: Prepared, tell: (message: string) => void): Promise<Leased | string> {
    const { target, command, stateDir, safekeeping, folder } = prepared;
    const options = { wait: command.wait, tell, env: process.env };
    const reports = await leaseOfReports(folder, options);
    if (reports !== undefined && !(reports instanceof Lease))
      return `${folder} is written to by ${reports.holder}. Nothing was sent; choose another --out.`;
    try {
      const lease = await Lease.take(stateDir, safekeeping.knownAs, options);
      if (lease instanceof Lease) return new Leased(prepared, lease, reports);
      reports?.release();
      return `${target.baseUrl} is in use by ${lease.holder}. Nothing was sent; --wait waits until it is free.`;
    } catch (error) {
      if (mayChange(prepared) || !(error instanceof ConfigurationError)) {
        reports?.release();
        throw error;
      }
      tell(`warning: ${target.name}: nothing keeps another run off the target. ${error.message}`);
      return new Leased(prepared, undefined, reports);
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
    this.reports?.release();
  }
}

/** Undefined where the folder can't be made or written to: whoever writes the reports tells. */
async function leaseOfReports(folder: string, options: LeaseOptions): Promise<Lease | Busy | undefined> {
  try {
    makeFolder(folder, 0o700);
    return await Lease.takeFolder(folder, options);
  } catch (error) {
    if (!isOfFiles(error)) throw error;
    return undefined;
  }
}
