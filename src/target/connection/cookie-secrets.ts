import { secretHeaders } from '../../base/redaction/positions.js';
import { Redactor } from '../../base/redaction/redactor.js';
import type { Credential } from '../../wire/http/credential.js';

/** Shorter values are names of nodes, languages and the like: what nobody is to guess is longer. */
const shortest = 16;

export interface SetCookies {
  readonly values: readonly string[];
  readonly owner: string | null;
  readonly isLogin: boolean;
}

/** Values of cookies that logins hand out, each another one: a cookie may name a node or a user as well. */
export class CookieSecrets {
  readonly #names = new Set<string>();
  /** By value: to whom it came first. */
  readonly #owners = new Map<string, string | null>();
  readonly #plain = new Set<string>();
  /** Of the login before, as long as no other one has shown that these are its own. */
  #undecided: readonly string[] | undefined;
  readonly #secret = new Set<string>();
  #redactor = new Redactor();

  isPlain(names: Iterable<string>): void {
    for (const name of names) this.#names.add(name.toLowerCase());
  }

  came({ values, owner, isLogin }: SetCookies): void {
    for (const value of values) this.#cameTo(value, owner);
    if (!isLogin || values.length === 0) return;
    const isFirst = this.#undecided === undefined;
    const decided = isFirst ? [] : [...(this.#undecided ?? []), ...values];
    this.#undecided = isFirst ? values : [];
    for (const value of decided) this.#learn(value);
  }

  /** What is handed to everybody is nobody's secret. */
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
    const isName = value.length < shortest || this.#names.has(decoded(value).toLowerCase());
    if (isName || this.#plain.has(value)) return;
    this.#secret.add(value);
    this.#redactor.add(value, 'set-cookie');
  }

  /** @param set by the same answer: what comes to its owner again tells nothing by standing there twice */
  leaksIn(text: string, set: readonly string[] = []): string[] {
    const known = set.filter((value) => this.#secret.has(value));
    return this.#redactor.leaksIn(known.reduce((rest, value) => rest.replaceAll(value, ''), text));
  }
}

/** To whom an answer hands what it sets; null where that can't be told. @param request a name of its own */
export function ownerOf(
  credential: Credential,
  headers: Readonly<Record<string, string>>,
  request: string,
): string | null {
  if (credential.scheme === 'APIKeyHeader') return credential.key.reveal();
  const isNobodys = !Object.keys(headers).some((name) => secretHeaders.includes(name.toLowerCase()));
  return isNobodys ? request : null;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
