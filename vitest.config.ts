import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['selftest/**/*.test.ts'],
    globalSetup: ['selftest/pages/left-out.ts'],
    // Real servers and child processes: slow machines need time, hung ones must end.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    // What runs at once in a file starts whole runs of the suite.
    maxConcurrency: 3,
  },
});
