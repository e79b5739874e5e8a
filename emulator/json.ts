export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [name: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Other JSON, which the checks let through only under a fault, becomes an empty object. */
export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The value that a text holds; undefined for malformed JSON. */
export function jsonIn(content: Buffer | string | undefined): Json | undefined {
  try {
    const value: Json = JSON.parse(String(content));
    return value;
  } catch {
    return undefined;
  }
}

/** The object that a text holds; an empty one for other or malformed JSON. */
export const objectIn = (content: Buffer | string | undefined): JsonObject => asObject(jsonIn(content));

export function text(body: Json | undefined, name: string): string | undefined {
  const value = own(body, name);
  return typeof value === 'string' ? value : undefined;
}

/** Reads own properties only, so that a body can't reach into the prototype. */
export function own(body: Json | undefined, name: string): Json | undefined {
  return isObject(body) && Object.hasOwn(body, name) ? body[name] : undefined;
}
