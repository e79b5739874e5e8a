import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { allureReporter } from './fixtures/allure.js';
import { packageRoot } from './src/base/package-root.js';
import { emulatorFile, isEachAlone, planOf, type RunOptions, runOptionsOf } from './src/target/run-plan.js';

/** Where neither a plan nor a target file is named, Playwright starts an emulator. */
const emulator = emulatorFile(process.env);
const plan = planOf(process.env);
const self = fileURLToPath(import.meta.url);
/** Compiled or not, the reporter lies beside this file. */
const reporter = self.replace(/playwright\.config(\.[jt]s)$/, 'fixtures/reporter$1');

const inOrder = /all-in-order\.[jt]s$/;

/** One project for each target, one worker for each project: nothing of a target is tried twice at once. */
export default defineConfig<object, { runOptions: RunOptions }>({
  testDir: './tests',
  // One choice for all targets: Node loads a spec file once, so it declares its tests in one of the two only.
  testMatch: isEachAlone(plan) ? /\.spec\.[jt]s$/ : inOrder,
  // Of what stands around tests; their bodies have limits of their own.
  timeout: 300_000,
  fullyParallel: false,
  workers: Math.min(plan.jobs, plan.targets.length),
  retries: 0,
  forbidOnly: true,
  // What is compiled already need not be compiled again, nor read from a cache.
  build: { external: self.endsWith('.js') ? ['**/*.js'] : [] },
  outputDir: plan.outputDir,
  preserveOutput: 'never',
  reporter: [[reporter], ...allureReporter(plan)],
  ...(emulator === undefined
    ? {}
    : {
        webServer: {
          name: 'emulator',
          command: `"${process.execPath}" "${join(packageRoot(), 'dist', 'emulator', 'main.js')}" --port 0 --write-target "${emulator}"`,
          wait: { stdout: /^emulator ready/m },
          gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
        },
      }),
  projects: plan.targets.map((target) => ({
    name: target.name,
    workers: 1,
    use: { runOptions: runOptionsOf(plan, target) },
  })),
});
