import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { spawned } from '../cli/suite.js';
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
  // Printed paths then begin at this folder.
  const here = all ? { cwd: folder } : {};
  const { child, ended } = spawned(join(build, 'dist', 'cli', 'main.js'), args, here, () => {});
  const said = printedOn(child.stdout, child.stderr);
  return { code: (await ended).code, said: said() };
}
