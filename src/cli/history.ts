import { join } from 'node:path';
import { SuiteError } from '../errors.js';
import { type ChangesSince, changesBetween, changesSince, runName } from '../history/changes.js';
import { appendToHistory, historyFile, readHistory } from '../history/history.js';
import { type Snapshot, snapshotOf } from '../history/snapshot.js';
import { flakySentences, trendsOf } from '../history/trend.js';
import type { Verdict } from '../model/verdict.js';
import { complain } from './terminal.js';

/** Of so many runs a report says what is flaky. */
const flakyOver = 14;
/** Of the target's runs so many are looked at: those with --grep lie between the others. */
const lookedAt = 50;
/** An earlier run on less than this part of the requirements is no measure: it was one with --grep. */
const similar = 0.9;

/**
 * What is different from the baseline, or where there is none from the run before; undefined where there is neither.
 *
 * @param out the folder of reports; of its history only what is from before this run counts
 */
export function changesOf(
  verdict: Verdict,
  out: string,
  baseline: Verdict | undefined,
): ChangesSince | undefined {
  const now = snapshotOf(verdict);
  const own = runsIn(out, { target: now.target, last: lookedAt }).filter(
    ({ target, startedAt }) => target === now.target && startedAt < now.startedAt,
  );
  const before = baseline === undefined ? lastSimilar(own, now) : snapshotOf(baseline);
  if (before === undefined) return undefined;
  const changes = changesBetween(before, now)
    // Of a part of the catalogue it says nothing that the rest is not in it.
    .filter(({ kind }) => kind !== 'removed' || now.outcomes.size >= similar * before.outcomes.size);
  const since = changesSince(
    baseline === undefined ? runName(before) : `the baseline, ${runName(before)}`,
    changes,
  );
  const flaky = trendsOf([...own, now], flakyOver).flatMap((trend) => flakySentences(trend.flaky));
  return { ...since, other: [...since.other, ...flaky] };
}

function lastSimilar(runs: readonly Snapshot[], now: Snapshot): Snapshot | undefined {
  const alike = runs.findLast(({ outcomes }) => outcomes.size >= similar * now.outcomes.size);
  return alike ?? runs.at(-1);
}

function runsIn(out: string, which?: Parameters<typeof readHistory>[1]): readonly Snapshot[] {
  try {
    return readHistory(join(out, historyFile), which).runs;
  } catch (error) {
    // The first run has no history yet; one that can't be read is told when the run is added.
    if (error instanceof SuiteError) return [];
    throw error;
  }
}

/** Adds runs that were judged elsewhere, but for those that the history holds. */
export function rememberAll(verdicts: Iterable<Verdict>, out: string): void {
  const key = (target: string, startedAt: string) => `${startedAt} ${target}`;
  const known = new Set(runsIn(out).map(({ target, startedAt }) => key(target, startedAt)));
  for (const verdict of verdicts) {
    if (!known.has(key(verdict.target.name, verdict.startedAt))) remember(verdict, out);
  }
}

/** Adds the run to the history. That this fails costs no verdict: it is told. */
export function remember(verdict: Verdict, out: string): void {
  try {
    appendToHistory(join(out, historyFile), verdict);
  } catch (error) {
    if (!(error instanceof SuiteError)) throw error;
    complain(`warning: ${error.message}`);
  }
}
