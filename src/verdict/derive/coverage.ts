import type { CoverageParts, Exchanged } from '../../base/model/event.js';
import type { Coverage } from '../../base/model/verdict.js';

type Counted = Pick<Exchanged, 'credential' | 'properties' | 'enumValues' | 'exchange'>;

interface Call {
  readonly operation: string;
  readonly status: number;
  readonly credential: string;
}

export class CoverageCount {
  readonly #calls = new Map<string, { readonly call: Call; times: number }>();
  readonly #properties: Record<string, number> = {};
  readonly #enumValues: Record<string, number> = {};

  add({ credential, properties, enumValues, exchange: { operation, response } }: Counted): void {
    if (operation === null || response === undefined) return;
    const call = { operation, status: response.status, credential };
    const key = JSON.stringify(call);
    const counted = this.#calls.get(key) ?? { call, times: 0 };
    counted.times += 1;
    this.#calls.set(key, counted);
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
    for (const { call, times } of this.#calls.values()) {
      const { operation, status, credential } = call;
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
