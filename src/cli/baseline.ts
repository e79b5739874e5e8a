import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../base/errors.js';
import type { GateBy } from '../base/model/results.js';
import type { Verdict } from '../base/model/verdict.js';
import { readVerdict } from '../verdict/derive/read.js';
import type { RunCommand } from './run-options.js';

/** With the whole of the earlier verdict. */
export interface GatedBy extends GateBy {
  readonly baseline?: { readonly file: string; readonly verdict: Verdict };
}

/**
 * What a target is gated by, as --baseline and --gate say; undefined: by all that fails.
 *
 * @throws ConfigurationError for a baseline that can't be read, and for `new` without one
 */
export function gateByOf(
  { baseline, gate }: Pick<RunCommand, 'baseline' | 'gate'>,
  target: string,
): GatedBy | undefined {
  if (baseline === undefined) {
    if (gate === 'new') {
      throw new ConfigurationError(
        '--gate new needs an earlier verdict to compare with: --baseline VERDICT.',
      );
    }
    return gate === undefined ? undefined : { policy: gate };
  }
  const file = fileFor(baseline, target);
  return { policy: gate ?? 'new', baseline: { file, verdict: readVerdict(file) } };
}

/** In a folder that an earlier run wrote, the verdict on this target; else what was named. */
function fileFor(baseline: string, target: string): string {
  const own = join(baseline, target, 'verdict.json');
  return existsSync(own) ? own : baseline;
}
