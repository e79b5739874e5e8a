import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../base/package-root.js';
import { checkBy, parseJsonFile } from '../../base/spec-schema.js';

/** What a test sends and awaits; what is absent it doesn't. */
export interface Cost {
  readonly requests?: number;
  readonly mails?: number;
  /** TOTP steps. */
  readonly steps?: number;
  /** Periods in which no mail may come. */
  readonly quiets?: number;
}

export interface OrderRow {
  /** Of the requirement. */
  readonly id: string;
  /** In the order of the spec files. */
  readonly cost: Cost;
  /** In another order, where that is dearer: its neighbours have not arranged what it needs. */
  readonly alone?: Cost;
  /** What it needs besides, and only the first that needs it sends. */
  readonly shares?: string;
  /** The emulator's faults that turn it red. */
  readonly faults: readonly string[];
}

/** All requirements, first the test that finds most faults a second. */
export interface DetectionOrder {
  readonly shared: Readonly<Record<string, Cost>>;
  readonly rows: readonly OrderRow[];
}

export const orderFile = join(packageRoot(), 'spec', 'order.json');

const what = 'file of the order';
const check = checkBy<DetectionOrder>('order.schema.json', what);
let loaded: DetectionOrder | undefined;

export function loadOrder(): DetectionOrder {
  loaded ??= check(parseJsonFile(readFileSync(orderFile, 'utf8'), orderFile, what), orderFile);
  return loaded;
}

/**
 * The share of the known faults that requirements find, from 0 to 1: of those that any requirement finds which says
 * something of the target.
 */
export function shareFound(checked: ReadonlySet<string>, notApplicable: ReadonlySet<string>): number {
  const { rows } = loadOrder();
  const found = new Set(rows.flatMap(({ id, faults }) => (checked.has(id) ? faults : [])));
  const all = new Set(rows.flatMap(({ id, faults }) => (notApplicable.has(id) ? [] : faults)));
  return all.size === 0 ? 0 : found.size / all.size;
}
