import type { ReleaseName } from '../../base/model/releases.js';
import type { Contract } from '../openapi/contract.js';
import { loadContract, loadContractFile } from '../openapi/load.js';
import { loginOperationIds } from '../openapi/operations.js';

/** @param given the file with the operations that were cut from the document `source` */
export async function loadRunContract(
  release: ReleaseName,
  given: { readonly file: string; readonly source: string } | null,
): Promise<Contract> {
  const own = await loadContract(release);
  if (given === null) return own;
  const contract = await loadContractFile(given.file, release);
  return { ...withLoginOperations(contract, own), source: given.source };
}

/** Documents about MFA alone omit the login operations, but every test with a user needs them. */
export function withLoginOperations(contract: Contract, release: Contract): Contract {
  const operations = new Map(contract.operations);
  for (const id of loginOperationIds) {
    const helper = release.operations.get(id);
    if (!operations.has(id) && helper !== undefined) operations.set(id, helper);
  }
  const compileAll = (): void => {
    contract.compileAll();
    release.compileAll();
  };
  return { ...contract, operations, compileAll };
}
