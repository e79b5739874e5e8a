export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [name: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the object. Returns an empty one for other JSON, which the checks let through only under a fault. */
export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** Returns the object that a text holds. Returns an empty object for other or malformed JSON. */
export function objectIn(content: Buffer | string | undefined): JsonObject {
  try {
    const value: Json = JSON.parse(String(content));
    return asObject(value);
  } catch {
    return {};
  }
}

/** Returns the text of a property. Undefined if the property is absent, null or of another type. */
export function text(body: Json | undefined, name: string): string | undefined {
  const value = own(body, name);
  return typeof value === 'string' ? value : undefined;
}

/** Reads own properties only, so that a body can't reach into the prototype. */
export function own(body: Json | undefined, name: string): Json | undefined {
  return isObject(body) && Object.hasOwn(body, name) ? body[name] : undefined;
}
