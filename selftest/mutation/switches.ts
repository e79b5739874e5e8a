import { writeFileSync } from 'node:fs';
import { coverageVariable, mutantVariable } from './variables.js';

// Loaded before the instrumented emulator: what its switches look at. Stryker's names.
const coverage = process.env[coverageVariable];
const perTest: Record<string, Record<string, number>> = {};

Object.defineProperty(globalThis, '__stryker__', {
  value: {
    activeMutant: process.env[mutantVariable],
    // A mutant that runs in circles ends here, and not with the patience of the suite.
    hitCount: 0,
    hitLimit: 1_000_000,
    mutantCoverage: { static: {}, perTest },
    // Each millisecond stands for a test: the log of the run says later of which requirement it was.
    get currentTestId(): string | undefined {
      return coverage === undefined ? undefined : String(Date.now());
    },
  },
});

if (coverage !== undefined) {
  process.once('exit', () => {
    const reached = Object.entries(perTest).map(([ms, hits]) => [Number(ms), Object.keys(hits)]);
    writeFileSync(coverage, JSON.stringify(reached));
  });
}
