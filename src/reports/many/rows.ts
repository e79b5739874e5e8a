import { levels, type OutcomeKind } from '../../base/model/verdict.js';
import { groupBy } from '../../verdict/derive/group.js';
import type { Cell, Column } from './column.js';
import type { MatrixReason, MatrixRow } from './matrix.js';

/** The number of different reasons shown for one requirement; the targets' own reports have the others. */
const mostReasons = 8;

type Placed = Cell & { readonly on: string };

/** The rows in the order of the first column, followed by requirements that only other columns have. */
export function rowsOf(columns: readonly Column[]): MatrixRow[] {
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
