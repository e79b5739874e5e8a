import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { printedOn } from '../tool/processes.js';

export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

interface RunSuiteOptions {
  readonly build?: string;
  /** Prints everything and writes Allure results. */
  readonly all?: true | undefined;
  readonly perform?: PerformCommand | undefined;
}

export type PerformCommand = (
  ...args: readonly string[]
) => Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;

export async function runSuite(
  files: readonly string[],
  folder: string,
  flags: readonly string[],
  { build = packageRoot(), all, perform }: RunSuiteOptions = {},
): Promise<Ended> {
  const targets = files.flatMap((file) => ['-t', file]);
  const places = ['--out', join(folder, 'out'), '--state-dir', join(folder, 'state')];
  const less = all ? [] : ['--quiet', '--no-allure'];
  const args = ['run', ...targets, ...places, ...less, ...flags];
  if (perform !== undefined) {
    const { code, stdout, stderr } = await perform(...args);
    return { code, said: stdout + stderr };
  }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(build, 'dist', 'cli', 'main.js'), ...args], {
      // Printed paths then begin at this folder.
      ...(all ? { cwd: folder } : {}),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = printedOn(child.stdout, child.stderr);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said: said() }));
  });
}
