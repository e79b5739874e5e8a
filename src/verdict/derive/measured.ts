import type { RawOutcome } from '../../base/model/results.js';
import type { ClaimedCount, Level } from '../../base/model/verdict.js';
import { wordsOf } from '../../base/wording/check.js';

/** Begins the reason of a fact whose check failed. Nobody promised the fact, so it breaks nothing. */
export const measuredPrefix = 'measured, not judged: ';

/** A `fact` can't fail, so its failure becomes `not applicable`. */
export function judged<T extends Pick<RawOutcome, 'kind' | 'reason'>>(level: Level, raw: T): T {
  if (level !== 'fact' || raw.kind !== 'fail') return raw;
  return { ...raw, kind: 'not applicable', reason: `${measuredPrefix}${raw.reason}` };
}

/** Turns a pass into a failure if the measured number exceeds the claimed bound. */
export function withinCount<T extends Pick<RawOutcome, 'kind' | 'reason'>>(
  count: ClaimedCount | undefined,
  raw: T,
  facts: Readonly<Record<string, unknown>>,
): T {
  const found = count === undefined ? undefined : facts[count.fact];
  if (count === undefined || raw.kind !== 'pass' || typeof found !== 'number' || found <= count.atMost)
    return raw;
  const { atMost, unit } = count;
  const check = { kind: 'claimed', answers: [], atMost, unit, seen: found } as const;
  return { ...raw, kind: 'fail', reason: wordsOf(check), checks: [check] };
}
