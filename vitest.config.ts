import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, longest first. One that starts late would keep all other workers waiting. */
const longest = [
  'detection/detection',
  'docs/docs',
  'recovery/broken-builds',
  'cli/signals',
  'cli/many-targets',
  'cli/secrets',
  'recovery/endings',
  'pages/report',
  'connection/late-reads',
];

const all = ['selftest/**/*.test.ts'];
/** They take minutes, mostly in runs of the suite that test nothing else, and seldom break. */
const long = [
  'selftest/cli/{clock,playwright}.test.ts',
  'selftest/docs/more-runs.test.ts',
  'selftest/{chaos,package,recipes}/**/*.test.ts',
  'selftest/mutation/mutation.test.ts',
  'selftest/fixtures/missing-operations.test.ts',
  'selftest/recovery/upsets.test.ts',
];
/** Files that replace a module of Node.js. They must do so before anything imports it, so each has its own process. */
const mocking = [
  'selftest/connection/key-lag.test.ts',
  'selftest/connection/read-back.test.ts',
  'selftest/http/rate-limiter.test.ts',
  'selftest/recovery/aliases.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.replaceAll('\\', '/').endsWith(`/${name}.test.ts`));
      return at < 0 ? longest.length : at;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    globalSetup: ['selftest/pages/left-out.ts', 'selftest/tool/shared-folder.ts'],
    server: { deps: { external: [/\/dist\/src\//] } },
    // Real servers and child processes: slow machines need time, hung ones must end.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    // More workers than cores, because many tests mostly wait.
    maxWorkers: 6,
    // Concurrent tests of a file each start a run of the suite, which has several processes.
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      // Starting a process takes longer than most files.
      {
        extends: true,
        test: { name: 'shared', include: all, exclude: [...mocking, ...long], isolate: false },
      },
      { extends: true, test: { name: 'apart', include: mocking, isolate: true } },
      { extends: true, test: { name: 'long', include: long, isolate: false } },
    ],
  },
});
