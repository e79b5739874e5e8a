import type { Claims } from '../../base/model/verdict.js';
import { loadRequirements } from '../../contract/requirements/catalogue.js';
import { loadClaims } from '../../verdict/statement/claims.js';
import { driftFrom } from '../../verdict/statement/drift.js';
import { type Change, changesBetween, minuteOf } from './changes.js';
import { factChanges } from './fact-changes.js';
import type { Compared, Snapshot } from './snapshot.js';

export interface Trend {
  readonly target: string;
  readonly runs: readonly TrendRun[];
  readonly latest: readonly Change[];
  readonly drift: readonly string[];
  readonly failing: readonly Standing[];
  readonly flaky: readonly Flaky[];
  readonly undecided: readonly Undecided[];
  /** Facts that changed before the last run; `latest` has the changes of the last run. */
  readonly facts: readonly { readonly at: string; readonly text: string }[];
}

export interface TrendRun extends Pick<Snapshot, 'startedAt' | 'release' | 'gate' | 'complete'> {
  readonly failed: number;
  readonly waived: number;
  readonly inconclusive: number;
  readonly broke: number;
  readonly mended: number;
}

type Standing = NonNullable<ReturnType<typeof standingOf>>;
type Flaky = NonNullable<ReturnType<typeof flakyOf>>;
type Undecided = NonNullable<ReturnType<typeof undecidedOf>>;

export function trendsOf(runs: readonly Snapshot[], last: number): Trend[] {
  const targets = [...new Set(runs.map(({ target }) => target))].sort();
  return targets.map((target) => {
    const own = runs.filter((run) => run.target === target);
    // Parallel runs append when they end, so the file isn't sorted by start.
    const sorted = own.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
    return trendOf(target, sorted.slice(-last));
  });
}

function trendOf(target: string, runs: readonly Snapshot[]): Trend {
  const pairs = runs.slice(1).map((after, index) => ({ before: runs[index] ?? after, after }));
  const [last] = pairs.slice(-1);
  const ids = [...new Set(runs.flatMap(({ outcomes }) => [...outcomes.keys()]))].sort();
  return {
    target,
    runs: runs.map((run, index) => rowOf(run, runs[index - 1])),
    latest: last === undefined ? [] : changesBetween(last.before, last.after),
    drift: driftOf(runs.at(-1)),
    failing: ids.flatMap((id) => standingOf(id, runs) ?? []),
    flaky: ids.flatMap((id) => flakyOf(id, runs) ?? []),
    undecided: ids.flatMap((id) => undecidedOf(id, runs) ?? []),
    facts: pairs
      .slice(0, -1)
      .flatMap(({ before, after }) =>
        factChanges(before.facts, after.facts).map((text) => ({ at: after.startedAt, text })),
      ),
  };
}

export function driftOf(run: Snapshot | undefined, claims: Claims | undefined = run?.claims): string[] {
  if (run === undefined || claims === undefined) return [];
  return driftFrom(claims, run, loadClaims(), loadRequirements());
}

function rowOf(run: Snapshot, before: Snapshot | undefined): TrendRun {
  const count = (outcome: Compared['outcome']) =>
    [...run.outcomes.values()].filter((each) => each.outcome === outcome).length;
  const changed = (from: (kind: string) => boolean, to: (kind: string) => boolean) =>
    [...run.outcomes].filter(
      ([id, { outcome }]) => to(outcome) && from(before?.outcomes.get(id)?.outcome ?? ''),
    ).length;
  const passes = (kind: string) => kind === 'pass';
  const { startedAt, release, gate, complete } = run;
  return {
    ...{ startedAt, release, gate, complete },
    failed: count('fail'),
    waived: count('waived'),
    inconclusive: count('inconclusive'),
    broke: changed(passes, fails),
    mended: changed(fails, passes),
  };
}

const fails = (kind: string) => kind === 'fail' || kind === 'waived';

const checkedIn = (id: string, runs: readonly Snapshot[]) =>
  runs.flatMap((run) => {
    const kind = run.outcomes.get(id)?.outcome ?? '';
    return kind === 'pass' || fails(kind) ? [{ run, failed: fails(kind) }] : [];
  });

/** Returns `before` if the requirement passed in none of the runs: it may have failed before `since` too. */
function standingOf(id: string, runs: readonly Snapshot[]) {
  const checked = checkedIn(id, runs);
  const lastPass = checked.findLastIndex(({ failed }) => !failed);
  const series = checked.slice(lastPass + 1);
  const [first] = series;
  if (first === undefined) return undefined;
  return { id, since: first.run.startedAt, before: lastPass === -1, runs: series.length };
}

/** A requirement is flaky only if it changed between pass and fail at least twice on the same release. */
function flakyOf(id: string, runs: readonly Snapshot[]) {
  const checked = checkedIn(id, runs);
  const turns = checked.filter(({ run, failed }, index) => {
    const before = checked[index - 1];
    return before !== undefined && before.failed !== failed && before.run.release === run.release;
  }).length;
  if (turns < 2) return undefined;
  return { id, failed: checked.filter(({ failed }) => failed).length, checked: checked.length };
}

function undecidedOf(id: string, runs: readonly Snapshot[]) {
  const about = runs.filter(({ outcomes }) => outcomes.has(id));
  const times = about.filter(({ outcomes }) => outcomes.get(id)?.outcome === 'inconclusive').length;
  return times < 2 ? undefined : { id, times, runs: about.length };
}

export const flakySentence = ({ id, failed, checked }: Flaky): string =>
  `${id} is flaky: it failed in ${failed} of the last ${checked} runs that checked it, and passed in between.`;

export function standingSentence({ id, since, before, runs }: Standing): string {
  const times = runs === 1 ? 'once' : `${runs} times`;
  return before
    ? `${id} failed each time it was checked, ${times}, since ${minuteOf(since)} at the latest.`
    : `${id} fails since ${minuteOf(since)}, ${times}.`;
}

export const undecidedSentence = ({ id, times, runs }: Undecided): string =>
  `${id} could not be decided in ${times} of ${runs} runs.`;
