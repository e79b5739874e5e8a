import { join } from 'node:path';

/** The operations of the contract, where that is none of the suite's own releases. */
export const contractFile = (workDir: string): string => join(workDir, 'contract.json');
