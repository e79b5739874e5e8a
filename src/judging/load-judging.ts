import type { Contract } from '../contract/contract.js';
import { loadContract, loadContractFile } from '../contract/load.js';
import { withHelpersOf } from '../contract/with-helpers.js';
import type { ReleaseName } from '../model/releases.js';
import type { GivenContract } from '../run-plan.js';

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
