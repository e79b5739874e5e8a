import type { Contract } from './contract.js';
import { loginOperationIds } from './operations.js';

/**
 * Adds the release's login operations to a contract that lacks them. Documents about MFA alone omit them, but
 * every test with a user needs them.
 */
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
