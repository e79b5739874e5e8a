import { join } from 'node:path';
import { packageRoot } from '../../base/package-root.js';
import { readBy } from '../../base/spec-schema.js';

export interface Cost {
  readonly requests?: number;
  readonly mails?: number;
  readonly steps?: number;
  /** Periods that must pass without mail. */
  readonly quiets?: number;
}

/** Extra TOTP steps if the target takes only current codes, or one per user and step. */
export interface Scarce {
  readonly support?: number;
  readonly users?: number;
}

export interface OrderRow {
  readonly id: string;
  /** The cost if the tests run in the order of the spec files. */
  readonly cost: Cost;
  /** The cost if no earlier test has prepared anything; absent if it is the same. */
  readonly alone?: Cost;
  /** Extra waits if codes are scarce. */
  readonly scarce?: Scarce;
  /** Only the first test with this name pays the shared cost. */
  readonly shares?: string;
  readonly faults: readonly string[];
}

/** `rows`: all requirements, the most faults per second first. */
export interface DetectionOrder {
  readonly shared: Readonly<Record<string, Cost>>;
  readonly rows: readonly OrderRow[];
}

export const orderFile = join(packageRoot(), 'spec', 'order.json');

const read = readBy<DetectionOrder>('order.schema.json', 'file of the order');
let loaded: DetectionOrder | undefined;

export function loadOrder(): DetectionOrder {
  loaded ??= read(orderFile);
  return loaded;
}

/** From 0 to 1. Faults count only if their requirements apply. */
export function shareFound(checked: ReadonlySet<string>, notApplicable: ReadonlySet<string>): number {
  const { rows } = loadOrder();
  const found = new Set(rows.flatMap(({ id, faults }) => (checked.has(id) ? faults : [])));
  const all = new Set(rows.flatMap(({ id, faults }) => (notApplicable.has(id) ? [] : faults)));
  return all.size === 0 ? 0 : found.size / all.size;
}
