import type { Exchanged } from '../../base/model/event.js';

const operations: ReadonlySet<string | null> = new Set(['CreateSession', 'CreateAccessToken']);

/**
 * Who was let in by a login, and who was not. A user whose password held when a run began, and does not any more when it
 * ends, was given another one in between, or was locked: what was refused to it since is not known to be a failure.
 */
export class Logins {
  /** The exchange by which a user was let in last, if only to the second step. */
  readonly #letIn = new Map<string, number>();
  /** Users by the exchanges in which they were refused. */
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

  /** At the end of the run the password alone, which held before, is refused. */
  shutOut(username: string, reason: string): void {
    this.#shutOut.set(username.toLowerCase(), reason);
  }

  /** Who was refused in an exchange, and has not been let in since; in lower case. */
  refusedIn(index: number | null): string | undefined {
    const user = index === null ? undefined : this.#refused.get(index);
    return user === undefined || index === null || (this.#letIn.get(user) ?? -1) > index ? undefined : user;
  }

  /** Why a failure about an exchange proves nothing; undefined where it does. */
  excuseFor(index: number | null): string | undefined {
    return this.#shutOut.get(this.refusedIn(index) ?? '');
  }
}

function userIn(body: string | undefined): string | undefined {
  try {
    const { username } = Object(JSON.parse(body ?? ''));
    return typeof username === 'string' ? username.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}
