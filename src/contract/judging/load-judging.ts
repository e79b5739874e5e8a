import type { ReleaseName } from '../../base/model/releases.js';
import type { Contract } from '../openapi/contract.js';
import { loadContract, loadContractFile } from '../openapi/load.js';
import { withHelpersOf } from '../openapi/with-helpers.js';

/** A contract that is none of the suite's own. */
export interface GivenContract {
  /** Of the operations cut out of it. */
  readonly file: string;
  /** The name of the document that they were cut out of. */
  readonly source: string;
}

/**
 * The contract that a run judges by: the release's own, or a document in its stead.
 *
 * @param given null: the release's own
 * @throws ConfigurationError with file and place for a document that can't be read or used
 */
export async function loadJudging(release: ReleaseName, given: GivenContract | null): Promise<Contract> {
  const own = await loadContract(release);
  if (given === null) return own;
  const contract = await loadContractFile(given.file, release);
  return { ...withHelpersOf(contract, own), source: given.source };
}
