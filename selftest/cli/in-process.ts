import { join } from 'node:path';
import { vi } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import type { Ended } from './suite.js';
import { TestsHere } from './tests-here.js';

// The built program. Node loads it without a transform: see vitest.config.ts.
const built = join(packageRoot(), 'dist', 'src', 'cli');
const { perform }: typeof import('../../src/cli/program.js') = await import(join(built, 'program.js'));
const { PlaywrightProcess }: typeof import('../../src/cli/playwright-process.js') = await import(
  join(built, 'playwright-process.js')
);

const byPlaywright = PlaywrightProcess.start;
PlaywrightProcess.start = (plan, folder, ...how) =>
  // Only Playwright's reporters write Allure's results, and stop at a number of failures.
  plan.allureDir === null && plan.maxFailures === null
    ? new TestsHere(plan, folder)
    : byPlaywright(plan, folder, ...how);

/** The end of the latest command. Commands take turns, because each replaces the functions that print. */
let last: Promise<unknown> = Promise.resolve();

/** Runs a command line and its tests in this process, because processes cost seconds of processor time. */
export function performed(...args: readonly string[]): Promise<Ended> {
  return ranHere(args);
}

/** Like {@link performed}, with these environment variables added. */
export function ranHere(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const turn = last.then(() => captured(args, env));
  last = turn.catch(() => undefined);
  return turn;
}

async function captured(args: readonly string[], more: Readonly<Record<string, string>>): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof printed, end: string) => (text: unknown) => {
    printed[stream] += `${String(text)}${end}`;
    return true;
  };
  const startedAt = Date.now();
  const { exitCode, env } = process;
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(into('stdout', '')),
    vi.spyOn(process.stderr, 'write').mockImplementation(into('stderr', '')),
    vi.spyOn(console, 'log').mockImplementation(into('stdout', '\n')),
    vi.spyOn(console, 'error').mockImplementation(into('stderr', '\n')),
  ];
  process.exitCode = 0;
  process.env = { ...env, NO_COLOR: '1', ...more };
  try {
    await perform(args);
    return { code: Number(process.exitCode), ...printed, durationMs: Date.now() - startedAt };
  } finally {
    process.exitCode = exitCode;
    process.env = env;
    for (const spy of spies) spy.mockRestore();
  }
}
