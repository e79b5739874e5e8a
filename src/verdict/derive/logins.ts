import type { Exchanged } from '../../base/model/event.js';
import { parsedJson } from '../../base/shape.js';
import { childOf } from '../../contract/openapi/pointers.js';

const operations: ReadonlySet<string | null> = new Set(['CreateSession', 'CreateAccessToken']);

/** If a password works early in the run but not at its end, refusals since its last success prove nothing. */
export class Logins {
  /** The index of the last exchange that accepted a user's password, even without the second factor. */
  readonly #letIn = new Map<string, number>();
  readonly #refused = new Map<number, string>();
  readonly #shutOut = new Map<string, string>();

  take({ index, exchange }: Exchanged): void {
    const { operation, request, response } = exchange;
    if (!operations.has(operation) || response === undefined) return;
    const user = userIn(request.body);
    if (user === undefined) return;
    if (response.status < 300) this.#letIn.set(user, index);
    else if (response.status === 401 || response.status === 403) this.#refused.set(index, user);
  }

  shutOut(username: string, reason: string): void {
    this.#shutOut.set(username.toLowerCase(), reason);
  }

  /** Returns the user, in lower case, whose login this exchange refused, unless a later login succeeded. */
  refusedIn(index: number | null): string | undefined {
    const user = index === null ? undefined : this.#refused.get(index);
    return user === undefined || index === null || (this.#letIn.get(user) ?? -1) > index ? undefined : user;
  }

  excuseFor(index: number | null): string | undefined {
    return this.#shutOut.get(this.refusedIn(index) ?? '');
  }
}

function userIn(body: string | undefined): string | undefined {
  const username = childOf(parsedJson(body ?? ''), 'username');
  return typeof username === 'string' ? username.toLowerCase() : undefined;
}
