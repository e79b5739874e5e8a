import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../base/errors.js';
import type { GateBy } from '../base/model/results.js';
import type { Verdict } from '../base/model/verdict.js';
import { readVerdict } from '../verdict/derive/read.js';
import type { RunCommand } from './run-options.js';

export interface GateWithBaseline extends GateBy {
  readonly baseline?: { readonly file: string; readonly verdict: Verdict };
}

/** The gating that --baseline and --gate ask for; undefined: every failure gates. */
export function gateOf(
  { baseline, gate }: Pick<RunCommand, 'baseline' | 'gate'>,
  target: string,
): GateWithBaseline | undefined {
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

/** A run's folder holds a verdict for each target; any other path is the verdict itself. */
function fileFor(baseline: string, target: string): string {
  const own = join(baseline, target, 'verdict.json');
  return existsSync(own) ? own : baseline;
}
