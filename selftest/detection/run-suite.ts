import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';

/** How a run of the suite ended. */
export interface Ended {
  /** Null: by a signal. */
  readonly code: number | null;
  /** What was printed about the whole batch. */
  readonly said: string;
}

/**
 * Runs the built suite, as a user would, against all of the target files: `folder/out` holds its verdicts then.
 *
 * @param options `build`: the root of the build that is run; `all`: it prints all, and writes Allure's results too
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
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}
