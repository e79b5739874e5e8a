import { join } from 'node:path';
import { vi } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import type { Ended } from './suite.js';

// The build as Node loads it: vitest.config.ts leaves it untransformed.
const built = join(packageRoot(), 'dist', 'src', 'cli', 'program.js');
const { perform }: typeof import('../../src/cli/program.js') = await import(built);

/** A command line in this process for commands without a run, because a process costs half a second. */
export async function performed(
  ...args: readonly string[]
): Promise<Pick<Ended, 'code' | 'stdout' | 'stderr'>> {
  const printed = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof printed, end: string) => (text: unknown) => {
    printed[stream] += `${String(text)}${end}`;
    return true;
  };
  const { exitCode, env } = process;
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(into('stdout', '')),
    vi.spyOn(process.stderr, 'write').mockImplementation(into('stderr', '')),
    vi.spyOn(console, 'log').mockImplementation(into('stdout', '\n')),
    vi.spyOn(console, 'error').mockImplementation(into('stderr', '\n')),
  ];
  process.exitCode = 0;
  process.env = { ...env, NO_COLOR: '1' };
  try {
    await perform(args);
    return { code: Number(process.exitCode), ...printed };
  } finally {
    process.exitCode = exitCode;
    process.env = env;
    for (const spy of spies) spy.mockRestore();
  }
}
