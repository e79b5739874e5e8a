import type { RawOutcome } from '../../base/model/results.js';
import type { ClaimedCount } from '../../base/model/statement.js';
import type { Level } from '../../base/model/verdict.js';
import { wordsOf } from '../../base/wording/check.js';

/** How the reason begins where a fact turned out otherwise: nobody promised it, so that nobody broke it. */
export const measuredPrefix = 'measured, not judged: ';

/** What came of a requirement, by its level: a fact can't fail. */
export function judged<T extends Pick<RawOutcome, 'kind' | 'reason'>>(level: Level, raw: T): T {
  if (level !== 'fact' || raw.kind !== 'fail') return raw;
  return { ...raw, kind: 'not applicable', reason: `${measuredPrefix}${raw.reason}` };
}

/** What came of a requirement by what the vendor claims to count: a pass fails where more were counted. */
export function withinCount<T extends Pick<RawOutcome, 'kind' | 'reason'>>(
  count: ClaimedCount | undefined,
  raw: T,
  facts: Readonly<Record<string, unknown>>,
): T {
  const found = count === undefined ? undefined : facts[count.fact];
  // What was not counted is not known to be more.
  if (count === undefined || raw.kind !== 'pass' || typeof found !== 'number' || found <= count.atMost)
    return raw;
  const check = {
    kind: 'claimed',
    answers: [],
    atMost: count.atMost,
    unit: count.unit,
    seen: found,
  } as const;
  return { ...raw, kind: 'fail', reason: wordsOf(check), checks: [check] };
}
