import { join } from 'node:path';
import { orError, SuiteError } from '../base/errors.js';
import type { OutcomeKind, Verdict } from '../base/model/verdict.js';
import type { Night, ReportExtras } from '../reports/forms/extras.js';
import { changesBetween, changesSince, runName } from '../reports/history/changes.js';
import { appendToHistory, historyFile, readHistory } from '../reports/history/history.js';
import { type Snapshot, snapshotOf } from '../reports/history/snapshot.js';
import { flakySentence, trendsOf } from '../reports/history/trend.js';
import { dayOf } from '../verdict/waivers/dates.js';
import type { RunCommand } from './run-options.js';
import { complain } from './terminal.js';

const runsForFlaky = 14;
/** Many earlier runs may have used --grep, so a comparable run may be far back. */
const runsCompared = 50;
const nightsShown = 30;
/** One night may have several runs, so the search for nights reads more runs than it shows. */
const runsForNights = 150;
/** A comparable run has at least this share of the requirements of the other run. A run with --grep has fewer. */
const comparableShare = 0.9;

/** Compares the run with the baseline, else the last comparable run, else the last run. */
function changesOf(now: Snapshot, earlier: readonly Snapshot[], baseline?: Verdict) {
  const last = earlier.findLast((run) => isComparable(run, now)) ?? earlier.at(-1);
  const before = baseline === undefined ? last : snapshotOf(baseline);
  if (before === undefined) return undefined;
  const changes = changesBetween(before, now)
    // A run with --grep lacks requirements that the catalogue still has.
    .filter(({ kind }) => kind !== 'removed' || isComparable(now, before));
  const name = baseline === undefined ? runName(before) : `the baseline, ${runName(before)}`;
  const since = changesSince(name, changes);
  const flaky = trendsOf([...earlier, now], runsForFlaky).flatMap((trend) => trend.flaky.map(flakySentence));
  return { ...since, other: [...since.other, ...flaky] };
}

export function extrasOf(verdict: Verdict, out: string, baseline: Verdict | undefined): ReportExtras {
  const now = snapshotOf(verdict);
  const earlier = runsIn(out, { target: now.target, last: runsForNights }).filter(
    ({ target, startedAt }) => target === now.target && startedAt < now.startedAt,
  );
  const changes = changesOf(now, earlier.slice(-runsCompared), baseline);
  return { ...(changes && { changes }), trend: nightsOf(now, earlier) };
}

/** Returns a night for each day: the last comparable run on the same target. Today's night is this run. */
function nightsOf(now: Snapshot, earlier: readonly Snapshot[]): readonly Night[] {
  const runs = [...earlier.filter((run) => isComparable(run, now)), now];
  const days = new Map(runs.map((run) => [dayOf(run.startedAt), nightOf(run)]));
  return [...days.values()].sort((a, b) => a.day.localeCompare(b.day)).slice(-nightsShown);
}

function nightOf({ startedAt, outcomes }: Snapshot): Night {
  const count = (kind: OutcomeKind) =>
    [...outcomes.values()].filter(({ outcome }) => outcome === kind).length;
  return { day: dayOf(startedAt), failed: count('fail'), undecided: count('inconclusive') };
}

const isComparable = (run: Snapshot, to: Snapshot): boolean =>
  run.outcomes.size >= comparableShare * to.outcomes.size;

/** Predicts a run's duration in ms by the targets' last comparable runs; null if one has none. */
export function expectedMs(
  targets: readonly string[],
  { out, mode, jobs }: Pick<RunCommand, 'out' | 'mode' | 'jobs'>,
  asked: number,
): number | null {
  const runs = runsIn(out);
  const last = targets.map((name) =>
    runs.findLast(
      ({ target, mode: itsMode, outcomes, outcomes: { size } }) =>
        target === name &&
        itsMode === mode &&
        size >= comparableShare * asked &&
        asked >= comparableShare * size &&
        !isPart(outcomes),
    ),
  );
  if (last.some((run) => run === undefined)) return null;
  const times = last.map((run) => run?.durationMs ?? 0);
  return Math.round(Math.max(...times, times.reduce((sum, ms) => sum + ms, 0) / jobs));
}

/** Tells whether a run left out too many requirements, as with --within, to predict a full run. */
function isPart(outcomes: Snapshot['outcomes']): boolean {
  const left = [...outcomes.values()].filter(({ outcome }) => outcome === 'not run').length;
  return left > (1 - comparableShare) * outcomes.size;
}

function runsIn(out: string, which?: Parameters<typeof readHistory>[1]): readonly Snapshot[] {
  const history = orError(SuiteError, () => readHistory(join(out, historyFile), which));
  // The first run has no history yet. If the history is unreadable, adding the run reports it.
  return history instanceof SuiteError ? [] : history.runs;
}

export function rememberAll(verdicts: Iterable<Verdict>, out: string): void {
  const key = (target: string, startedAt: string) => `${startedAt} ${target}`;
  const known = new Set(runsIn(out).map(({ target, startedAt }) => key(target, startedAt)));
  for (const verdict of verdicts) {
    if (!known.has(key(verdict.target.name, verdict.startedAt))) remember(verdict, out);
  }
}

/** A failure only causes a warning, because the verdict must still come. */
export function remember(verdict: Verdict, out: string): void {
  const error = orError(SuiteError, () => appendToHistory(join(out, historyFile), verdict));
  if (error instanceof SuiteError) complain(`warning: ${error.message}`);
}
