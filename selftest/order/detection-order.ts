import type { KnownFault } from '../../emulator/seams.js';
import type { Cost, DetectionOrder, OrderRow } from '../../src/contract/order/order.js';
import { loadRequirements, requirementById } from '../../src/contract/requirements/catalogue.js';
import { isRequirementId } from '../../src/contract/requirements/uses.js';

export type Measured = Omit<OrderRow, 'faults'>;

const unmeasured: Cost = { requests: 8 };

/** A row for each requirement, in the order of the catalogue: the result must not depend on the earlier order. */
export function inCatalogueOrder(rows: readonly Measured[]): Measured[] {
  const known = new Map(rows.map((row) => [row.id, row]));
  return loadRequirements().map(({ id }) => known.get(id) ?? { id, cost: unmeasured });
}

export type Speed = Required<Cost>;

/** The speed of a remote cluster, for which the order is made. */
export const far: Speed = { requests: 115, mails: 3_100, steps: 20_000, quiets: 10_000 };

const farMsOf = (cost: Cost = {}): number => msOf(cost, far);

/** The time of a test in milliseconds, with the suite's own work. */
export function msOf({ requests = 0, mails = 0, steps = 0, quiets = 0 }: Cost, speed: Speed): number {
  const waits = mails * speed.mails + steps * speed.steps + quiets * speed.quiets;
  return 20 + requests * speed.requests + waits;
}

/** Tests that share something are weighed together; tests that find nothing new keep their order. */
export function detectionOrder(
  measured: readonly Measured[],
  shared: DetectionOrder['shared'],
  faults: readonly Pick<KnownFault, 'id' | 'fails'>[],
  isLast: (id: string) => boolean = leavesLocks,
): DetectionOrder {
  const rows: OrderRow[] = measured.map(({ id: requirement, cost, alone, scarce, shares }) => ({
    id: requirement,
    cost,
    ...{ ...(alone && { alone }), ...(scarce && { scarce }), ...(shares && { shares }) },
    faults: faults.flatMap(({ id, fails }) => (fails.includes(requirement) ? [id] : [])).sort(),
  }));
  const left = new Set<OrderRow>();
  const found = new Set<string>();
  const paid = new Set<string>();
  const order: OrderRow[] = [];
  const take = (row: OrderRow) => {
    left.delete(row);
    order.push(row);
    for (const id of row.faults) found.add(id);
    if (row.shares !== undefined) paid.add(row.shares);
  };
  for (const late of [false, true]) {
    for (const row of rows) if (isLast(row.id) === late) left.add(row);
    for (let best = bestNow(); best.value > 0; best = bestNow()) for (const row of best.rows) take(row);
    for (const row of left) take(row);
  }
  return { shared, rows: order };

  function bestNow(): Weighed {
    const all = [...left];
    const isOpen = ({ shares }: OrderRow) => shares !== undefined && !paid.has(shares);
    const groups = Object.keys(shared).filter((name) => !paid.has(name));
    return [
      ...all.filter((row) => !isOpen(row)).map((row) => weighed([row], found, 0)),
      ...groups.map((name) => {
        const sharing = all.filter(({ shares }) => shares === name);
        return bestOf(sharing, found, farMsOf(shared[name]));
      }),
    ].reduce((a, b) => (b.value > a.value ? b : a), { rows: [], value: 0 });
  }
}

/** Tests that leave accounts locked come last. */
function leavesLocks(id: string): boolean {
  return isRequirementId(id) && requirementById(id).needs.includes('lockOut');
}

interface Weighed {
  readonly rows: readonly OrderRow[];
  readonly value: number;
}

function weighed(rows: readonly OrderRow[], found: ReadonlySet<string>, besidesMs: number): Weighed {
  const news = new Set(rows.flatMap(({ faults }) => faults.filter((id) => !found.has(id))));
  const ms = rows.reduce((sum, { cost, alone = cost }) => sum + farMsOf(alone), besidesMs);
  return { rows, value: news.size / ms };
}

/** The rows to run first, of rows that share something: those that find most new faults per millisecond. */
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

export function orderText({ shared, rows }: DetectionOrder): string {
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`);
  return `{\n  "shared": ${JSON.stringify(shared)},\n  "rows": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
