import { type Level, levels, type OutcomeKind } from '../../base/model/verdict.js';
import type { Cell, Column } from './column.js';
import type { MatrixReason, MatrixRow } from './matrix.js';

/** The number of different reasons shown for one requirement; the targets' own reports have the others. */
const mostReasons = 8;

interface Row {
  readonly first: Cell;
  level: Level;
  readonly outcomes: [string, OutcomeKind][];
  readonly reasons: Map<string, { readonly cell: Cell; readonly targets: string[] }>;
}

/** The rows in the order of the first column, followed by requirements that only other columns have. */
export function rowsOf(columns: readonly Column[]): MatrixRow[] {
  const rows = new Map<string, Row>();
  for (const { target, cells } of columns) {
    for (const cell of cells) {
      const row: Row = rows.get(cell.id) ?? {
        first: cell,
        level: cell.level,
        outcomes: [],
        reasons: new Map(),
      };
      rows.set(cell.id, row);
      row.outcomes.push([target.name, cell.outcome]);
      if (levels.indexOf(cell.level) < levels.indexOf(row.level)) row.level = cell.level;
      if (cell.outcome === 'pass') continue;
      const key = `${cell.outcome}\n${cell.reason}`;
      const same = row.reasons.get(key);
      if (same === undefined) row.reasons.set(key, { cell, targets: [target.name] });
      else same.targets.push(target.name);
    }
  }
  return [...rows.values()].map(({ first, level, outcomes, reasons }) => ({
    id: first.id,
    level,
    title: first.title,
    source: first.source,
    outcomes: Object.fromEntries(outcomes),
    reasons: shortened([...reasons.values()]),
  }));
}

const worstFirst: readonly OutcomeKind[] = ['fail', 'inconclusive', 'waived', 'not run', 'not applicable'];

function shortened(all: readonly { readonly cell: Cell; readonly targets: string[] }[]): MatrixReason[] {
  const sorted = [...all]
    .sort((a, b) => worstFirst.indexOf(a.cell.outcome) - worstFirst.indexOf(b.cell.outcome))
    .map(({ cell, targets }) => ({ outcome: cell.outcome, reason: cell.reason, targets }));
  const kept = sorted.slice(0, mostReasons);
  const left = new Map<OutcomeKind, string[]>();
  for (const { outcome, targets } of sorted.slice(mostReasons)) {
    left.set(outcome, [...(left.get(outcome) ?? []), ...targets]);
  }
  const rest = [...left].map(([outcome, targets]) => ({
    outcome,
    reason: 'other reasons: see the reports of these targets',
    targets: targets.sort(),
  }));
  return [...kept, ...rest];
}
