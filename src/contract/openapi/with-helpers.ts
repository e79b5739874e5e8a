import type { Contract } from './contract.js';
import { loginOperationIds } from './operations.js';

/**
 * A contract with the operations that logging in needs: documents about MFA alone leave them out, and no user
 * could be tried. They are taken from the release then.
 */
export function withHelpersOf(contract: Contract, release: Contract): Contract {
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
