import { join } from 'node:path';

/** The operations of the contract, where that is none of the suite's own releases. */
export const contractFile = (workDir: string): string => join(workDir, 'contract.json');

/** How often an account's secret was refused in a row. */
export const attemptsFile = (workDir: string): string => join(workDir, 'attempts.json');
