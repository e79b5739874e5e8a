import type { Contract } from '../openapi/contract.js';
import type { OperationId } from '../openapi/operations.js';
import { memberOf } from './body.js';
import type { Finding } from './judge.js';

interface Called {
  readonly operation: OperationId | null;
  readonly json: unknown;
}

/** Finds values that a request set and an answer shows under an undocumented name. */
export class Renamed {
  readonly #set = new Map<string, string>();
  readonly #used = new Set<string>();

  seen(contract: Contract, { operation, json }: Called, status: number, body: unknown): Finding[] {
    const success = operation === null ? undefined : contract.operations.get(operation)?.success;
    if (success?.status !== status) return [];
    for (const [name, value] of Object.entries(Object(json))) {
      if (isTelling(value)) this.#set.set(name, alike(value));
    }
    const documented = success.properties.map(({ pointer }) => pointer.slice(1));
    const others = Object.entries(Object(body)).filter(([name]) => !documented.includes(name));
    return documented.flatMap((name): Finding[] => {
      const key = `${operation} ${name}`;
      if (memberOf(body, name) !== undefined) this.#used.add(key);
      const set = this.#set.get(name);
      const [seen] = others.find(([, value]) => alike(value) === set) ?? [];
      if (seen === undefined || set === undefined || this.#used.has(key)) return [];
      return [{ requirement: 'http/set-values-keep-their-names', breach: { kind: 'renamed', name, seen } }];
    });
  }
}

/** The order of a list's items doesn't matter. */
const alike = (value: unknown) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value) ?? '';

/** Shorter values may equal another property's by accident. */
const isTelling = (value: unknown) =>
  (typeof value === 'string' || Array.isArray(value)) && value.length > 0 && alike(value).length > 5;
