import { isObject, type JsonObject, uriDecoded } from '../../base/shape.js';

export { isObject, type JsonObject } from '../../base/shape.js';

export interface Located {
  readonly value: unknown;
  readonly pointer: string;
}

export interface LocatedObject extends Located {
  readonly value: JsonObject;
}

export const pointerTo = (parent: string, ...tokens: readonly string[]): string =>
  tokens.reduce((pointer, token) => `${pointer}/${escaped(token)}`, parent);

/** Most tokens have nothing to escape, and documents have many thousands. */
const escaped = (token: string) =>
  /[~/]/.test(token) ? token.replaceAll('~', '~0').replaceAll('/', '~1') : token;

export function tokensOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => (token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token));
}

/** Undefined for any schema that is not a named component. */
export function schemaNameOf(pointer: string): string | undefined {
  const [components, schemas, name, ...rest] = tokensOf(pointer);
  return components === 'components' && schemas === 'schemas' && rest.length === 0 ? name : undefined;
}

export function itemsOf(list: unknown, pointer: string): Located[] {
  if (!Array.isArray(list)) return [];
  return list.map((value: unknown, index) => ({ value, pointer: pointerTo(pointer, String(index)) }));
}

export function localReference(reference: string): string | undefined {
  return reference === '#' || reference.startsWith('#/') ? uriDecoded(reference.slice(1)) : undefined;
}

export function childOf(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return value[Number(token)];
  return isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}
