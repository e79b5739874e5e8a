import { join } from 'node:path';

/** What workers saw, a line an exchange. */
export const observationFile = (workDir: string): string => join(workDir, 'observations.jsonl');

/** What came of each test, a line each. */
export const outcomeFile = (workDir: string): string => join(workDir, 'outcomes.jsonl');

/** How often an account's secret was refused in a row. */
export const attemptsFile = (workDir: string): string => join(workDir, 'attempts.json');
