import type { Contract } from './contract.js';
import { answerOf, valuesAt } from './coverage.js';
import type { OperationId } from './operations.js';
import { isObject, pointerTo, tokensOf } from './pointers.js';

/** An answer with more undocumented parts follows another document. */
const longestList = 20;

/**
 * Undocumented parts of an answer, which break nothing: `operationId status /pointer` is a property,
 * `Schema.property=value` a value outside an enumeration.
 */
export function undocumentedIn(
  contract: Contract,
  operationId: OperationId,
  status: number,
  body: unknown,
): string[] {
  const answered = answerOf(contract, operationId, status);
  if (answered?.answer.schemaName === undefined) return [];
  const { key, answer } = answered;
  const { properties } = answer;
  const known = new Set(properties.map(({ pointer }) => pointer));
  // A property without documented members may hold any members.
  const isOpen = (at: string) => at !== '' && ![...known].some((pointer) => pointer.startsWith(`${at}/`));
  const found = new Set<string>();
  const visit = (value: unknown, at: string): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, `${at}/*`);
      return;
    }
    if (!isObject(value) || isOpen(at)) return;
    for (const [name, inner] of Object.entries(value)) {
      const pointer = pointerTo(at, name);
      if (known.has(pointer)) visit(inner, pointer);
      else found.add(`${key} ${pointer}`);
    }
  };
  visit(body, '');
  for (const { pointer, schema, name, enumValues } of properties) {
    if (enumValues.length === 0) continue;
    for (const value of valuesAt(body, tokensOf(pointer)).flat()) {
      if (typeof value === 'string' && !enumValues.includes(value)) found.add(`${schema}.${name}=${value}`);
    }
  }
  return [...found].slice(0, longestList);
}
