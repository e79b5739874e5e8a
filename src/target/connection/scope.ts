import type { Uses } from '../../base/model/uses.js';
import { joined, notAllowed, usesOf } from '../../contract/requirements/uses.js';

/** Records the parts of the target that a test touches. In a lane, refuses those that spec/uses.json doesn't name. */
export class Scope {
  touched: Uses = {};
  readonly #users = new Set<string>();

  /** @param requirement the requirement of a test in a lane; otherwise empty, and nothing is refused */
  constructor(
    private readonly requirement: string,
    private readonly allowed: (requirement: string) => Uses = usesOf,
  ) {}

  /** Call this before a test touches something. @throws Error if its row in spec/uses.json lacks this */
  demand(touch: Uses): void {
    const missing = this.requirement === '' ? undefined : notAllowed(this.allowed(this.requirement), touch);
    if (missing !== undefined)
      throw new Error(
        `the test of ${this.requirement} touches what its row in spec/uses.json does not name (${missing}): npm run generate -- uses`,
      );
    this.note(touch);
  }

  /** Records a touch that only an answer shows. Refuses nothing. */
  note(touch: Uses): void {
    this.touched = joined(this.touched, touch);
  }

  /** Call this before a login. It counts as a read of cluster MFA, and the admin's as three users (see Uses). */
  logsIn(account: string, role?: string): void {
    this.#users.add(account);
    this.demand({ cluster: 'read', users: Math.max(this.#users.size, role === 'admin' ? 3 : 0) });
  }
}
