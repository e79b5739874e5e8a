import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take minutes: last, they would be waited for with one worker idle. */
const longest = [
  'recovery/broken-builds',
  'detection/detection',
  'recovery/endings',
  'recovery/upsets',
  'cli/secrets',
  'cli/signals',
  'pages/report',
  'mutation/mutation',
  'chaos/chaos',
  'recipes/recipes',
  'cli/many-targets',
];

const all = ['selftest/**/*.test.ts'];
/** What stands in for a module of Node.js must come before any other import of it. */
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
    globalSetup: ['selftest/pages/left-out.ts'],
    server: { deps: { external: [/\/dist\/src\//] } },
    setupFiles: ['selftest/tool/shared-process.ts'],
    // Real servers and child processes: slow machines need time, hung ones must end.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 4,
    // What runs at once in a file starts whole runs of the suite.
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      // A process for each of so many files would take longer than most of them.
      { extends: true, test: { name: 'shared', include: all, exclude: mocking, isolate: false } },
      { extends: true, test: { name: 'apart', include: mocking, isolate: true } },
    ],
  },
});
