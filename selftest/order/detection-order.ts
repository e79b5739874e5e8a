import type { Fault } from '../../emulator/seams.js';
import type { Cost, DetectionOrder, OrderRow } from '../../src/contract/order/order.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';

/** What a test costs, as runs of the suite have shown. */
export type Measured = Omit<OrderRow, 'faults'>;

/** What a requirement that no run has tried yet is taken to cost. */
const unmeasured: Cost = { requests: 8 };

/** A row for each requirement: the order must not depend on the one before. */
export function inCatalogueOrder(rows: readonly Measured[]): Measured[] {
  const known = new Map(
    rows.map(({ id, cost, shares }) => [id, shares === undefined ? { id, cost } : { id, cost, shares }]),
  );
  return loadRequirements().map(({ id }) => known.get(id) ?? { id, cost: unmeasured });
}

/** Of a cluster far away, in milliseconds: what the order is made for. */
const farMs = { requests: 115, mails: 3_100, steps: 20_000, quiets: 10_000 };

function farMsOf(cost: Cost = {}): number {
  const { requests = 0, mails = 0, steps = 0, quiets = 0 } = cost;
  const own = 20;
  return own + requests * farMs.requests + mails * farMs.mails + steps * farMs.steps + quiets * farMs.quiets;
}

/**
 * Rows in the order of most new faults a second. Tests that share something cost it once: they are weighed together.
 *
 * @param measured in the order of tests that find nothing new
 */
export function detectionOrder(
  measured: readonly Measured[],
  shared: DetectionOrder['shared'],
  faults: readonly Pick<Fault, 'id' | 'fails'>[],
): DetectionOrder {
  const rows: OrderRow[] = measured.map((row) => ({
    ...row,
    faults: faults.flatMap(({ id, fails }) => (fails.includes(row.id) ? [id] : [])).sort(),
  }));
  const left = new Set(rows);
  const found = new Set<string>();
  const paid = new Set<string>();
  const order: OrderRow[] = [];
  const take = (row: OrderRow) => {
    left.delete(row);
    order.push(row);
    for (const id of row.faults) found.add(id);
    if (row.shares !== undefined) paid.add(row.shares);
  };
  for (;;) {
    const groups = [...left].flatMap((row) => {
      if (row.shares === undefined || paid.has(row.shares)) return [weighed([row], found, 0)];
      return [];
    });
    for (const name of Object.keys(shared).filter((each) => !paid.has(each)))
      groups.push(
        bestOf(
          [...left].filter(({ shares }) => shares === name),
          found,
          farMsOf(shared[name]),
        ),
      );
    const best = groups.reduce<Weighed>((a, b) => (b.value > a.value ? b : a), { rows: [], value: 0 });
    if (best.value === 0) break;
    for (const row of best.rows) take(row);
  }
  return { shared, rows: [...order, ...left] };
}

interface Weighed {
  readonly rows: readonly OrderRow[];
  /** New faults a millisecond. */
  readonly value: number;
}

function weighed(rows: readonly OrderRow[], found: ReadonlySet<string>, besidesMs: number): Weighed {
  const news = new Set(rows.flatMap(({ faults }) => faults.filter((id) => !found.has(id))));
  const ms = rows.reduce((sum, { cost }) => sum + farMsOf(cost), besidesMs);
  return { rows, value: news.size / ms };
}

/** Of rows that share something: the best beginning of their own order of most new faults. */
function bestOf(rows: readonly OrderRow[], found: ReadonlySet<string>, sharedMs: number): Weighed {
  const left = new Set(rows);
  const seen = new Set(found);
  let begun: readonly OrderRow[] = [];
  let best: Weighed = { rows: [], value: 0 };
  while (left.size > 0) {
    const [next] = [...left].sort((a, b) => weighed([b], seen, 0).value - weighed([a], seen, 0).value);
    if (next === undefined) break;
    left.delete(next);
    for (const id of next.faults) seen.add(id);
    begun = [...begun, next];
    const now = weighed(begun, found, sharedMs);
    if (now.value > best.value) best = now;
  }
  return best;
}

/** The file's text: a row on a line. */
export function orderText({ shared, rows }: DetectionOrder): string {
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`);
  return `{\n  "shared": ${JSON.stringify(shared)},\n  "rows": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
