import type { CoverageParts, Exchanged } from '../../base/model/event.js';
import type { Coverage } from '../../base/model/verdict.js';

type Counted = Pick<Exchanged, 'credential' | 'properties' | 'enumValues' | 'exchange'>;

export class CoverageCount {
  /** How often each combination of operation, status and credential was called. */
  readonly #calls = new Map<
    string,
    readonly [operation: string, status: number, credential: string, times: number]
  >();
  readonly #properties: Record<string, number> = {};
  readonly #enumValues: Record<string, number> = {};

  add({ credential, properties, enumValues, exchange: { operation, response } }: Counted): void {
    if (operation === null || response === undefined) return;
    const call = [operation, response.status, credential] as const;
    const key = call.join(' ');
    this.#calls.set(key, [...call, (this.#calls.get(key)?.[3] ?? 0) + 1]);
    for (const property of properties) count(this.#properties, property);
    for (const value of enumValues) count(this.#enumValues, value);
  }

  /** @returns how often each key of these parts occurred; 0 for keys that did not occur */
  of(parts: CoverageParts): Coverage {
    const operations = zeroed(parts.operations);
    const responses = zeroed(parts.responses);
    const credentials = zeroed(parts.credentials);
    const calls = zeroed(parts.calls);
    const otherCalls: Record<string, number> = {};
    for (const [operation, status, credential, times] of this.#calls.values()) {
      const exact = `${operation} ${status}`;
      const response = Object.hasOwn(responses, exact) ? exact : `${operation} default`;
      const key = `${response} ${credential}`;
      count(operations, operation, times);
      count(responses, response, times);
      count(credentials, credential, times);
      count(Object.hasOwn(calls, key) ? calls : otherCalls, key, times);
    }
    return {
      operations,
      responses,
      properties: { ...zeroed(parts.properties), ...this.#properties },
      enumValues: { ...zeroed(parts.enumValues), ...this.#enumValues },
      credentials,
      calls,
      otherCalls,
    };
  }
}

function zeroed(keys: readonly string[]): Record<string, number> {
  return Object.fromEntries(keys.map((key) => [key, 0]));
}

function count(counts: Record<string, number>, key: string, times = 1): void {
  counts[key] = (counts[key] ?? 0) + times;
}
