import { CORE_SCHEMA, load } from 'js-yaml';
import { mostKeys } from './places.js';
import { isObject, type JsonObject } from './pointers.js';

/** Aliases and deep nesting may be costly: the reader with places handles them. */
const limits = { maxDepth: 100, maxAliases: 0 } as const;

/**
 * Reads a YAML text without places, in a tenth of the time and half the memory.
 *
 * @returns undefined for unusual texts, which the reader with places reads or refuses
 */
export function readQuickly(text: string): JsonObject | undefined {
  try {
    const content = load(text, { schema: CORE_SCHEMA, ...limits });
    return isObject(content) && isOrdinary(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function isOrdinary(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isOrdinary);
  if (!isObject(value)) return true;
  const values = Object.values(value);
  // The reader with places names a null key differently.
  return values.length <= mostKeys && !Object.hasOwn(value, 'null') && values.every(isOrdinary);
}
