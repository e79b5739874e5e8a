import { join } from 'node:path';
import { SuiteError } from '../base/errors.js';
import type { OutcomeKind, Verdict } from '../base/model/verdict.js';
import type { Night, ReportExtras } from '../reports/forms/extras.js';
import { type ChangesSince, changesBetween, changesSince, runName } from '../reports/history/changes.js';
import { appendToHistory, historyFile, readHistory } from '../reports/history/history.js';
import { type Snapshot, snapshotOf } from '../reports/history/snapshot.js';
import { flakySentences, trendsOf } from '../reports/history/trend.js';
import type { RunCommand } from './run-options.js';
import { complain } from './terminal.js';

/** Of so many runs a report says what is flaky. */
const flakyOver = 14;
/** Of the target's runs so many are looked at: those with --grep lie between the others. */
const lookedAt = 50;
/** So many nights are drawn. */
const nights = 30;
/** Of so many runs: there may be several in a night. */
const drawnFrom = 150;
/** An earlier run on less than this part of the requirements is no measure: it was one with --grep. */
const similar = 0.9;

/**
 * What is different from the baseline, or where there is none from the run before; undefined where there is neither.
 *
 * @param out the folder of reports; of its history only what is from before this run counts
 */
function changesOf(verdict: Verdict, out: string, baseline: Verdict | undefined): ChangesSince | undefined {
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

/** What the reports of a run say besides its verdict: {@link changesOf}, and how the last nights went. */
export function extrasOf(verdict: Verdict, out: string, baseline: Verdict | undefined): ReportExtras {
  const changes = changesOf(verdict, out, baseline);
  return { ...(changes === undefined ? {} : { changes }), trend: nightsOf(verdict, out) };
}

/** The last run of each of the last days with the target as it is, this run last. */
function nightsOf(verdict: Verdict, out: string): readonly Night[] {
  const now = snapshotOf(verdict);
  const days = new Map<string, Night>();
  for (const { target, startedAt, outcomes } of runsIn(out, { target: now.target, last: drawnFrom })) {
    if (target !== now.target || startedAt >= now.startedAt) continue;
    if (outcomes.size >= similar * now.outcomes.size)
      days.set(dayOf(startedAt), nightOf(startedAt, outcomes));
  }
  days.set(dayOf(now.startedAt), nightOf(now.startedAt, now.outcomes));
  return [...days.values()].sort((a, b) => a.day.localeCompare(b.day)).slice(-nights);
}

function nightOf(startedAt: string, outcomes: Snapshot['outcomes']): Night {
  const count = (kind: OutcomeKind) =>
    [...outcomes.values()].filter(({ outcome }) => outcome === kind).length;
  return { day: dayOf(startedAt), failed: count('fail'), undecided: count('inconclusive') };
}

function dayOf(moment: string): string {
  return new Date(moment).toISOString().slice(0, 10);
}

function lastSimilar(runs: readonly Snapshot[], now: Snapshot): Snapshot | undefined {
  const alike = runs.findLast(({ outcomes }) => outcomes.size >= similar * now.outcomes.size);
  return alike ?? runs.at(-1);
}

/**
 * How long a run on targets side by side will take, in milliseconds, by the last run on each that asked for as much.
 *
 * @param asked how many requirements it asks for
 * @returns null where one of them has no such run in the history
 */
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
        size >= similar * asked &&
        asked >= similar * size &&
        !isPart(outcomes),
    ),
  );
  if (last.some((run) => run === undefined)) return null;
  const times = last.map((run) => run?.durationMs ?? 0);
  return Math.round(Math.max(...times, times.reduce((sum, ms) => sum + ms, 0) / jobs));
}

/** A run that did not try most of what it was asked for took a part of the time: one with --within. */
function isPart(outcomes: Snapshot['outcomes']): boolean {
  const left = [...outcomes.values()].filter(({ outcome }) => outcome === 'not run').length;
  return left > (1 - similar) * outcomes.size;
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
