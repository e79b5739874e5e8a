/** A member of an answer's body; undefined if the body is no object or lacks it. */
export function memberOf(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  return new Map<string, unknown>(Object.entries(body)).get(name);
}

/** The field if it is a non-empty string. */
export function textIn(field: unknown): string | undefined {
  return typeof field === 'string' && field !== '' ? field : undefined;
}

/** The member if it is a non-empty string. */
export function textOf(body: unknown, name: string): string | undefined {
  return textIn(memberOf(body, name));
}
