import { describe, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import { performed } from '../cli/in-process.js';
import { temporaryFolder } from '../cli/suite.js';
import { type ChaosPlan, runThroughChaos } from './chaos.js';

const fault = faults.find(({ id }) => id === 'mfa-config/loses-enabled');
const plans: readonly ChaosPlan[] = [
  { seed: 1, share: 0.5, grep: 'support-mfa/*' },
  { seed: 2, share: 0.5, grep: 'mfa-config/*', fault },
];

describe.concurrent('through a bad network', () => {
  test.for(plans)('a run with seed $seed tells the truth and leaves no trace', async (plan, context) => {
    const { expect, onTestFinished } = context;
    const folder = temporaryFolder(onTestFinished);
    const { problems, done } = await runThroughChaos(plan, folder, onTestFinished, performed);

    expect(problems).toEqual([]);
    expect(Object.values(done).reduce((sum, times) => sum + times)).toBeGreaterThan(0);
  });
});
