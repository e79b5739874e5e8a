import { secretHeaders, secretProperties } from '../../base/redaction/positions.js';
import { membersIn } from '../../base/shape.js';
import { type OperationId, operationRow } from '../openapi/operations.js';

export function secretsIn(value: unknown): (readonly [value: string, what: string])[] {
  return [...membersIn(value)].flatMap(([name, inner]) => {
    const what = secretProperties[name];
    return what !== undefined && typeof inner === 'string' && inner !== '' ? [[inner, what] as const] : [];
  });
}

/** Removes the secrets that the operation may return. */
export function withoutHandedOut(operation: OperationId | null, body: unknown, text: string): string {
  const names = operation === null ? undefined : operationRow(operation).handsOut;
  if (names === undefined || typeof body !== 'object' || body === null) return text;
  return JSON.stringify(Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name))));
}

/** Returns each value without its scheme, each cookie's value, and the password of a Basic credential. */
export function secretsInHeaders(
  headers: Readonly<Record<string, string>>,
): (readonly [value: string, what: string])[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (!secretHeaders.includes(lower) || value === '') return [];
    if (lower === 'cookie' || lower === 'set-cookie')
      return cookiesIn(value).map((each) => [each, lower] as const);
    const [, scheme = '', credential = value] = /^([A-Za-z][\w-]*) +(\S.*)$/.exec(value) ?? [];
    const found = [[credential, lower] as const];
    if (scheme.toLowerCase() !== 'basic') return found;
    const pair = Buffer.from(credential, 'base64').toString('utf8');
    return [...found, [pair.slice(pair.indexOf(':') + 1), 'password'] as const];
  });
}

function cookiesIn(header: string): string[] {
  const pairs = header.matchAll(/(?:^|[;,]\s*)([\w-]+)=([^;,\s]*)/g);
  return [...pairs].flatMap(([, name = '', value = '']) =>
    /^(?:path|domain|expires|max-age|samesite)$/i.test(name) || value === '' ? [] : [value],
  );
}
