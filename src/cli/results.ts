import { existsSync, readFileSync } from 'node:fs';
import type { Contract } from '../contract/contract.js';
import { coverageUniverse } from '../contract/coverage.js';
import type { Observation } from '../judging/observed.js';
import { type RawOutcome, rawKinds } from '../model/results.js';
import type { Coverage } from '../model/verdict.js';

/** What the tests left in the raw folder: outcomes, and sums over them. */
export interface Collected {
  readonly raw: readonly RawOutcome[];
  readonly retries: { readonly '429': number; readonly '503': number };
}

/** @param file one outcome a line; a line cut off by a kill counts as not written */
export function collectOutcomes(file: string): Collected {
  const retries = { '429': 0, '503': 0 };
  if (!existsSync(file)) return { raw: [], retries };
  const raw = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const outcome = parse(line);
      if (outcome === undefined) return [];
      retries['429'] += outcome.retries?.['429'] ?? 0;
      retries['503'] += outcome.retries?.['503'] ?? 0;
      const { retries: _, ...rest } = outcome;
      return [{ ...rest, reproduce: rest.reproduce ?? '', exchanges: rest.exchanges ?? [] }];
    });
  return { raw, retries };
}

type Line = Omit<RawOutcome, 'reproduce' | 'exchanges'> &
  Partial<Pick<RawOutcome, 'reproduce' | 'exchanges'>> & { readonly retries?: Collected['retries'] };

function parse(line: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isLine(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is Line {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'kind' in value &&
    rawKinds.some((kind) => kind === value.kind) &&
    'reason' in value &&
    typeof value.reason === 'string' &&
    'durationMs' in value &&
    typeof value.durationMs === 'number'
  );
}

/** How often each part of the contract was met; parts never met stand with 0. */
export function coverageOf(contract: Contract, observations: readonly Observation[]): Coverage {
  const sums = new CoverageCount(contract);
  for (const observation of observations) sums.add(observation);
  return sums.coverage;
}

/** Sums up observations one after the other. */
export class CoverageCount {
  readonly coverage: { readonly [Part in keyof Coverage]-?: Record<string, number> };

  constructor(contract: Contract) {
    const universe = coverageUniverse(contract);
    this.coverage = {
      operations: zeroed(universe.operations),
      responses: zeroed(universe.responses),
      properties: zeroed(universe.properties),
      enumValues: zeroed(universe.enumValues),
      credentials: zeroed(universe.credentials),
      calls: zeroed(universe.calls),
      otherCalls: {},
    };
  }

  add({ operation, status, credential, properties, enumValues }: Observation): void {
    if (operation === null || status === null) return;
    const { coverage } = this;
    const exact = `${operation} ${status}`;
    const key = Object.hasOwn(coverage.responses, exact) ? exact : `${operation} default`;
    const call = `${key} ${credential}`;
    count(coverage.operations, operation);
    count(coverage.responses, key);
    count(coverage.credentials, credential);
    count(Object.hasOwn(coverage.calls, call) ? coverage.calls : coverage.otherCalls, call);
    for (const property of properties) count(coverage.properties, property);
    for (const value of enumValues) count(coverage.enumValues, value);
  }
}

function zeroed(keys: readonly string[]): Record<string, number> {
  return Object.fromEntries(keys.map((key) => [key, 0]));
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
