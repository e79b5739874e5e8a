import { writeFileSync } from 'node:fs';
import { coverageVariable, mutantVariable } from './variables.js';

// Loaded before the instrumented emulator: sets the variables of its switches, with Stryker's names.
const coverage = process.env[coverageVariable];
const perTest: Record<string, Record<string, number>> = {};

Object.defineProperty(globalThis, '__stryker__', {
  value: {
    activeMutant: process.env[mutantVariable],
    // Ends an endless loop in a mutant, before the suite's timeout does.
    hitCount: 0,
    hitLimit: 1_000_000,
    mutantCoverage: { static: {}, perTest },
    // The current millisecond. Later the log of the run shows which test ran then.
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
