import { groupBy } from '../../base/group.js';
import { type Gate, levels, type OutcomeKind } from '../../base/model/verdict.js';
import { suiteVersion } from '../../base/package-root.js';
import { worstOf } from '../../verdict/derive/exit-code.js';
import type { Cell, Column } from './column.js';
import type { Matrix, MatrixProblem, MatrixReason, MatrixRow } from './matrix.js';
import type { Planned } from './planned.js';

export interface Found {
  readonly columns: readonly Column[];
  readonly plans: readonly { readonly file: string; readonly plan: Planned }[];
  readonly problems: readonly MatrixProblem[];
}

export interface Merged {
  readonly matrix: Matrix;
  readonly files: ReadonlyMap<string, string>;
}

/** What is missing, broken or there twice makes the matrix inconclusive at best. */
export function merge(found: Found, reportOf: (target: string, file: string) => string | null): Merged {
  const problems = [...found.problems, ...aboutPlans(found)];
  const notes: string[] = [];
  const chosen: Column[] = [];
  const outdated = new Map<string, string>();
  const sorted = found.columns.toSorted(
    (a, b) => order(a.target.name, b.target.name) || order(a.file, b.file),
  );
  for (const [name, all] of groupBy(sorted, ({ target }) => target.name)) {
    const current = all.filter((column) => !isOutdated(column, found.plans));
    if (current.length === 0) outdated.set(name, all[0]?.target.startedAt ?? '');
    const one = chooseOf(name, current, problems, notes);
    if (one !== undefined) chosen.push(one);
  }
  const names = chosen.map(({ target }) => target.name);
  const missing = missingTargets(found.plans, names, outdated);
  for (const { name, why } of missing)
    problems.push({ kind: 'missing target', text: `${name} is missing: ${why}.` });
  const planned = new Set(found.plans.flatMap(({ plan }) => plan.targets.map(({ name }) => name)));
  if (found.plans.length > 0)
    for (const name of names.filter((each) => !planned.has(each)))
      notes.push(`${name} is not in any plan; it counts anyway.`);
  const shards = runsOf(found.plans).map(([first]) => first?.plan.shard.count ?? 0);
  return {
    matrix: {
      schemaVersion: 1,
      suite: { name: 'mfa-conformance', version: suiteVersion() },
      ...decision(chosen, problems),
      planned:
        shards.length === 0
          ? null
          : { shards: shards.reduce((sum, count) => sum + count, 0), targets: planned.size },
      ...{ problems, notes, missing },
      targets: chosen.map(({ file, target }) => ({ ...target, report: reportOf(target.name, file) })),
      requirements: rowsOf(chosen),
    },
    files: new Map(chosen.map(({ file, target }) => [target.name, file])),
  };
}

function decision(columns: readonly Column[], problems: readonly MatrixProblem[]) {
  const gates = columns.map(({ target }) => target.gate);
  // With --baseline or --gate, a target's exit code may be better than its gate.
  const codes = columns.map(({ target }) => target.exitCode);
  const open = problems.length > 0 || columns.length === 0;
  const best: Gate = open || gates.includes('inconclusive') ? 'inconclusive' : 'conforms';
  const gate: Gate = gates.includes('does not conform') ? 'does not conform' : best;
  return { gate, exitCode: worstOf(open ? [...codes, 3] : codes) };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function chooseOf(name: string, all: readonly Column[], problems: MatrixProblem[], notes: string[]) {
  if (all.length < 2) return all[0];
  const places = all.map(({ file }) => file).join(', ');
  if (new Set(all.map(({ sha256 }) => sha256)).size === 1) {
    notes.push(`${name} occurs ${all.length} times with the same content: ${places}.`);
    return all[0];
  }
  const text = `${name} occurs ${all.length} times with different content: ${places}. The worst one is shown.`;
  problems.push({ kind: 'target twice', text });
  return all.toSorted(({ target: first }, { target: second }) => {
    if (first.exitCode === second.exitCode) return order(second.startedAt, first.startedAt);
    return worstOf([first.exitCode, second.exitCode]) === first.exitCode ? -1 : 1;
  })[0];
}

function isOutdated({ target }: Column, plans: Found['plans']): boolean {
  const starts = plans
    .filter(({ plan }) =>
      plan.targets.some(({ name, shard }) => name === target.name && shard === plan.shard.index),
    )
    .map(({ plan }) => Date.parse(plan.startedAt));
  return starts.length > 0 && Date.parse(target.startedAt) < Math.min(...starts);
}

/** Groups plans by run: plans of one run agree on shards and targets. */
function runsOf(plans: Found['plans']): Found['plans'][] {
  return [...groupBy(plans, ({ plan }) => JSON.stringify([plan.shard.count, plan.targets])).values()];
}

function aboutPlans({ plans }: Found): MatrixProblem[] {
  if (plans.length === 0) {
    const text =
      'The plan (planned-1-of-1.json or similar) is missing, so missing targets would go unnoticed. ' +
      'Each run writes it to its output folder: keep it beside the verdicts.';
    return [{ kind: 'missing plan', text }];
  }
  return runsOf(plans).flatMap((run) => [...missingShards(run), ...mixedRuns(run)]);
}

function missingShards(run: Found['plans']): MatrixProblem[] {
  const [first] = run;
  if (first === undefined) return [];
  const { shard, targets } = first.plan;
  const there = new Set(run.map(({ plan }) => plan.shard.index));
  return Array.from({ length: shard.count }, (_, at) => at + 1)
    .filter((index) => !there.has(index))
    .map((index) => {
      const names = targets.filter((target) => target.shard === index).map(({ name }) => name);
      const what = names.length === 0 ? 'no target' : names.join(', ');
      return { kind: 'missing shard', text: `Shard ${index} of ${shard.count} is missing (${what}).` };
    });
}

function mixedRuns(run: Found['plans']): MatrixProblem[] {
  const ids = [...new Set(run.map(({ plan }) => plan.run))].sort();
  if (ids.length < 2) return [];
  const names = ids.map((id) => id ?? 'one without an id').join(' and ');
  return [{ kind: 'mixed runs', text: `The shards are of different runs: ${names}.` }];
}

function missingTargets(
  plans: Found['plans'],
  there: readonly string[],
  outdated: ReadonlyMap<string, string>,
): { name: string; why: string }[] {
  const why = new Map<string, string>();
  for (const run of runsOf(plans)) {
    const came = new Set(run.map(({ plan }) => plan.shard.index));
    for (const { name, shard } of run[0]?.plan.targets ?? []) {
      if (there.includes(name)) continue;
      const count = run[0]?.plan.shard.count ?? 1;
      const old = outdated.get(name);
      if (old !== undefined) why.set(name, `its only verdict, from ${old}, is of an earlier run`);
      else if (!came.has(shard)) why.set(name, `shard ${shard} of ${count} is not there`);
      else why.set(name, 'it was planned, but has no readable verdict');
    }
  }
  return [...why].map(([name, text]) => ({ name, why: text })).sort((a, b) => order(a.name, b.name));
}

/** More reasons are only in the targets' own reports. */
const mostReasons = 8;

type Placed = Cell & { readonly on: string };

function rowsOf(columns: readonly Column[]): MatrixRow[] {
  const placed = columns.flatMap(({ target, cells }) => cells.map((cell) => ({ ...cell, on: target.name })));
  return [...groupBy(placed, ({ id }) => id)].map(([id, cells]) => ({
    id,
    level: levels.find((each) => cells.some(({ level }) => level === each)) ?? 'must',
    title: cells[0]?.title ?? '',
    source: cells[0]?.source ?? '',
    outcomes: Object.fromEntries(cells.map(({ on, outcome }) => [on, outcome])),
    reasons: reasonsOf(cells.filter(({ outcome }) => outcome !== 'pass')),
  }));
}

const worstFirst: readonly OutcomeKind[] = ['fail', 'inconclusive', 'waived', 'not run', 'not applicable'];

function reasonsOf(cells: readonly Placed[]): MatrixReason[] {
  const sorted = [...groupBy(cells, ({ outcome, reason }) => `${outcome}\n${reason}`).values()]
    .flatMap((alike) => alike.slice(0, 1).map(({ outcome, reason }) => ({ outcome, reason, alike })))
    .sort((a, b) => worstFirst.indexOf(a.outcome) - worstFirst.indexOf(b.outcome))
    .map(({ outcome, reason, alike }) => ({ outcome, reason, targets: alike.map(({ on }) => on) }));
  const left = groupBy(sorted.slice(mostReasons), ({ outcome }) => outcome);
  const rest = [...left].map(([outcome, others]) => ({
    outcome,
    reason: 'other reasons: see the reports of these targets',
    targets: others.flatMap(({ targets }) => targets).sort(),
  }));
  return [...sorted.slice(0, mostReasons), ...rest];
}
