import type { RawOutcome } from '../model/results.js';
import type { Level } from '../model/verdict.js';

/** How the reason begins where a fact turned out otherwise: nobody promised it, so that nobody broke it. */
export const measuredPrefix = 'measured, not judged: ';

/** What came of a requirement, by its level: a fact can't fail. */
export function judged<T extends Pick<RawOutcome, 'kind' | 'reason'>>(level: Level, raw: T): T {
  if (level !== 'fact' || raw.kind !== 'fail') return raw;
  return { ...raw, kind: 'not applicable', reason: `${measuredPrefix}${raw.reason}` };
}
