import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { printedOn } from '../tool/processes.js';

/** The end of a run of the suite. */
export interface Ended {
  /** The exit code; null if a signal ended the run. */
  readonly code: number | null;
  /** What the run printed about all targets. */
  readonly said: string;
}

/**
 * Runs the built suite, like a user, against all target files; afterwards `folder/out` holds the verdicts.
 *
 * @param options `build`: the root of another build; `all`: prints everything and writes Allure results
 */
export function runSuite(
  files: readonly string[],
  folder: string,
  flags: readonly string[],
  { build = packageRoot(), all }: { readonly build?: string; readonly all?: true | undefined } = {},
): Promise<Ended> {
  const targets = files.flatMap((file) => ['-t', file]);
  const places = ['--out', join(folder, 'out'), '--state-dir', join(folder, 'state')];
  const less = all ? [] : ['--quiet', '--no-allure'];
  const program = join(build, 'dist', 'cli', 'main.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, 'run', ...targets, ...places, ...less, ...flags], {
      // Printed paths then begin at this folder.
      ...(all ? { cwd: folder } : {}),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = printedOn(child.stdout, child.stderr);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said: said() }));
  });
}
