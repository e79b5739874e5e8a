import type { Exchanged } from '../../base/model/event.js';
import { operationIds, operationRow } from '../../contract/openapi/operations.js';

type Observed = Pick<Exchanged, 'credential' | 'mistake' | 'undocumented' | 'exchange'>;

/** Collects facts from all exchanges, sorted so that two runs can be compared. */
export class ObservedFacts {
  readonly #refusals = new Map<string, Set<number>>();
  readonly #undocumented = new Set<string>();
  readonly #accepted = new Map<string, boolean>();

  take({ credential, mistake, undocumented, exchange: { operation, response } }: Observed): void {
    if (response === undefined) return;
    for (const each of undocumented) this.#undocumented.add(each);
    const { status } = response;
    const isRefused = status >= 400 && !notOfTheApi.has(status);
    if (isRefused && mistake !== null) add(this.#refusals, mistake, status);
    // Logins and POST /email-otp need no credential, so they show nothing about credentials.
    if (operation === null || withoutCredential.has(operation)) return;
    if (isRefused && credential === 'none') add(this.#refusals, 'no credential', status);
    if (credential !== 'none')
      this.#accepted.set(credential, this.#accepted.get(credential) === true || status < 300);
  }

  get facts(): Record<string, unknown> {
    const facts = {
      credentialModes: sorted([...this.#accepted].map(([name, ok]) => [name, ok ? 'accepted' : 'not seen'])),
      refusalStatuses: sorted(
        [...this.#refusals].map(([name, statuses]) => [name, [...statuses].sort((a, b) => a - b)]),
      ),
      undocumented: [...this.#undocumented].sort(),
    };
    return Object.fromEntries(Object.entries(facts).filter(([, seen]) => Object.keys(seen).length > 0));
  }
}

/** A request limit or a gateway gives these at times, so they would differ from night to night. */
const notOfTheApi = new Set([429, 502, 503, 504]);

const withoutCredential = new Set<string>(operationIds.filter((id) => operationRow(id).slug === undefined));

function add(sets: Map<string, Set<number>>, key: string, value: number): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}

function sorted(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
