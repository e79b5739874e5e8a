import { childOf } from '../openapi/pointers.js';

export const memberOf = childOf;

export function textIn(field: unknown): string | undefined {
  return typeof field === 'string' && field !== '' ? field : undefined;
}

export const textOf = (body: unknown, name: string): string | undefined => textIn(memberOf(body, name));
