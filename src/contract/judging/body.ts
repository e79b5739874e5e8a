import { childOf } from '../openapi/pointers.js';

export const memberOf = childOf;

export function textIn(field: unknown): string | undefined {
  return typeof field === 'string' && field !== '' ? field : undefined;
}

export function textOf(body: unknown, name: string): string | undefined {
  return textIn(memberOf(body, name));
}
