import { join } from 'node:path';

/** What workers saw, a line an exchange. */
export const observationFile = (workDir: string): string => join(workDir, 'observations.jsonl');

/** The operations of the contract, where that is none of the suite's own releases. */
export const contractFile = (workDir: string): string => join(workDir, 'contract.json');

/** What came of each test, a line each. */
export const outcomeFile = (workDir: string): string => join(workDir, 'outcomes.jsonl');

/** How often an account's secret was refused in a row. */
export const attemptsFile = (workDir: string): string => join(workDir, 'attempts.json');
