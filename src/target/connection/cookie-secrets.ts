import type { BreachKinds } from '../../base/model/breach.js';
import { secretHeaders } from '../../base/redaction/positions.js';
import { Redactor } from '../../base/redaction/redactor.js';
import { uriDecoded } from '../../base/shape.js';
import type { OperationId } from '../../contract/openapi/operations.js';
import type { Credential } from '../../wire/http/credential.js';
import type { WireResponse } from '../../wire/http/transport.js';

/** Secrets are at least this long. Shorter values are names of nodes, languages and the like. */
const shortest = 16;

/** Finds the cookie values that are secret: they differ at each login. Values that don't may name a node or a user. */
export class CookieSecrets {
  readonly #owners = new Map<string, string | null>();
  readonly #plain = new Set<string>();
  /** The values of the first login, until a second login shows whether they differ. */
  #undecided: readonly string[] | undefined;
  readonly #secret = new Set<string>();
  #redactor = new Redactor();

  isPlain(names: Iterable<string>): void {
    for (const name of names) this.#plain.add(name.toLowerCase());
  }

  /** @param owner an id of the user who gets the cookies; null if unknown */
  came(values: readonly string[], owner: string | null, isLogin: boolean): void {
    for (const value of values) this.#cameTo(value, owner);
    if (!isLogin || values.length === 0) return;
    const undecided = this.#undecided;
    this.#undecided = undecided === undefined ? values : [];
    if (undecided !== undefined) for (const value of [...undecided, ...values]) this.#learn(value);
  }

  /** Records which user got a value. If several users get it, it is no secret. */
  #cameTo(value: string, owner: string | null): void {
    const before = this.#owners.get(value);
    this.#owners.set(value, before ?? owner);
    if (owner === null || (before ?? owner) === owner) return;
    this.#plain.add(value);
    if (!this.#secret.delete(value)) return;
    this.#redactor = new Redactor();
    for (const other of this.#secret) this.#redactor.add(other, 'set-cookie');
  }

  #learn(value: string): void {
    const name = (uriDecoded(value) ?? value).toLowerCase();
    if (value.length < shortest || this.#plain.has(name) || this.#plain.has(value)) return;
    this.#secret.add(value);
    this.#redactor.add(value, 'set-cookie');
  }

  /** Lists the kinds of secrets in a text, except cookies that the same answer sets. */
  leaksIn(text: string, set: readonly string[] = []): string[] {
    const known = set.filter((value) => this.#secret.has(value));
    return this.#redactor.leaksIn(known.reduce((rest, value) => rest.replaceAll(value, ''), text));
  }
}

/** Returns an id of the user who sends a request: the API key; `request` if anonymous; null if unknown. */
export function ownerOf(credential: Credential, headers: Readonly<Record<string, string>>, request: string) {
  if (credential.scheme === 'APIKeyHeader') return credential.key.reveal();
  const isNobodys = !Object.keys(headers).some((name) => secretHeaders.includes(name.toLowerCase()));
  return isNobodys ? request : null;
}

/** Header fields that describe the message and hold no secret, although most hold digits. */
const plainFields: ReadonlySet<string> = new Set(['date', 'content-length', 'content-type', 'retry-after']);
export const logins: ReadonlySet<OperationId> = new Set(['CreateSession', 'CreateAccessToken']);
const handedToOwner: ReadonlySet<string> = new Set(['session id', 'access token', ...secretHeaders]);

/** Masks digits. They may be a mailed code, which becomes known only after the answer is recorded. */
export function withoutDigits(headers: Readonly<Record<string, string>>): Record<string, string> {
  const masked = ([name, value]: [string, string]) => [
    name,
    plainFields.has(name) ? value : value.replace(/\d{4,}/g, '[digits]'),
  ];
  return Object.fromEntries(Object.entries(headers).map(masked));
}

/** Returns the queries of links in a header field. They matter because logs and browser histories keep them. */
const queriesIn = (value: string) => value.match(/\?[^\s>"]+/g)?.join(' ') ?? '';

/** Lists secrets in status line and header fields, except a session or token where its owner expects it. */
export function headLeaks(
  operation: OperationId | null,
  { reason = '', headers }: WireResponse,
  leaksIn: (text: string) => string[],
): BreachKinds['secret in head'][] {
  const isLogin = operation !== null && logins.has(operation);
  return [['the reason phrase', reason] as const, ...Object.entries(headers)].flatMap(([place, value]) => {
    if (value === '' || plainFields.has(place)) return [];
    const isSecret = secretHeaders.includes(place);
    // The owner expects them in a field for credentials and, in a login's answer, anywhere but in a link's query.
    const isOwners = (what: string) =>
      handedToOwner.has(what) && (isSecret || (isLogin && !leaksIn(queriesIn(value)).includes(what)));
    return leaksIn(value)
      .filter((what) => !isOwners(what))
      .map((secret) => ({ secret, place }));
  });
}
