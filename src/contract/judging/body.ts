/** A member of an answer's body, whatever the body is. */
export function memberOf(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  return new Map<string, unknown>(Object.entries(body)).get(name);
}

/** A field of an answer that is a non-empty string. */
export function textIn(field: unknown): string | undefined {
  return typeof field === 'string' && field !== '' ? field : undefined;
}

/** A member that is a non-empty string. */
export function textOf(body: unknown, name: string): string | undefined {
  return textIn(memberOf(body, name));
}
