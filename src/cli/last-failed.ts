import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../base/errors.js';
import { idPattern } from '../contract/requirements/glob.js';
import { targetFiles } from '../input/target-file/files.js';
import { readTarget } from '../input/target-file/read.js';
import { readVerdict } from '../verdict/derive/read.js';

/**
 * The ids that failed or were inconclusive in the last run on these targets, as a --grep pattern.
 * @returns null if no id is left
 */
export function lastFailedOf(
  targets: readonly string[],
  reports: string,
  grep: string | undefined,
): string | null {
  const names =
    targets.length === 0
      ? ['emulator']
      : targetFiles(targets).map((file) => readTarget(file, process.env).name);
  const fits = grep === undefined ? undefined : idPattern(grep);
  const ids = names.flatMap((name) => {
    const folder = join(reports, name);
    if (!existsSync(join(folder, 'verdict.json')))
      throw new ConfigurationError(
        `--last-failed: there is no verdict on ${name} in ${folder}. Run it first.`,
      );
    return readVerdict(folder)
      .outcomes.filter(({ outcome }) => outcome === 'fail' || outcome === 'inconclusive')
      .map(({ id }) => id);
  });
  const wanted = [...new Set(ids)].filter((id) => fits?.test(id) ?? true);
  return wanted.length === 0 ? null : wanted.join(',');
}

export const nothingFailed = (reports: string): string =>
  `Nothing failed or was inconclusive in the last run (${reports}): there is nothing to try again.`;
