import type { BreachKinds } from '../../base/model/breach.js';
import { secretHeaders } from '../../base/redaction/positions.js';
import type { OperationId } from '../../contract/openapi/operations.js';
import type { WireResponse } from '../../wire/http/transport.js';

/** Header fields that hold only numbers about the message. */
const plainFields: ReadonlySet<string> = new Set(['date', 'content-length', 'content-type', 'retry-after']);
export const logins: ReadonlySet<OperationId> = new Set(['CreateSession', 'CreateAccessToken']);
const handedToOwner: ReadonlySet<string> = new Set(['session id', 'access token', ...secretHeaders]);

/** Digits may be the code in a later mail, which is unknown when the answer is recorded. */
export function withoutDigits(headers: Readonly<Record<string, string>>): Record<string, string> {
  const masked = ([name, value]: [string, string]) => [
    name,
    plainFields.has(name) ? value : value.replace(/\d{4,}/g, '[digits]'),
  ];
  return Object.fromEntries(Object.entries(headers).map(masked));
}

/** The queries of links in a header field, which logs and browser histories keep. */
const queriesIn = (value: string) => value.match(/\?[^\s>"]+/g)?.join(' ') ?? '';

/** The secrets in status line and header fields, and their places; a session may come as a cookie as well. */
export function headLeaks(
  operation: OperationId | null,
  { reason = '', headers }: WireResponse,
  leaksIn: (text: string) => string[],
): BreachKinds['secret in head'][] {
  const isLogin = operation !== null && logins.has(operation);
  return [['the reason phrase', reason] as const, ...Object.entries(headers)].flatMap(([place, value]) => {
    if (value === '' || plainFields.has(place)) return [];
    const isSecret = secretHeaders.includes(place);
    const isOwners = (what: string) =>
      handedToOwner.has(what) && (isSecret || (isLogin && !leaksIn(queriesIn(value)).includes(what)));
    return leaksIn(value)
      .filter((what) => !isOwners(what))
      .map((secret) => ({ secret, place }));
  });
}
