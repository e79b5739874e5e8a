import { childOf } from '../openapi/pointers.js';

/** A member of an answer's body; undefined if the body is not an object or lacks it. */
export const memberOf = childOf;

/** The field if it is a non-empty string. */
export function textIn(field: unknown): string | undefined {
  return typeof field === 'string' && field !== '' ? field : undefined;
}

/** The member if it is a non-empty string. */
export function textOf(body: unknown, name: string): string | undefined {
  return textIn(memberOf(body, name));
}
