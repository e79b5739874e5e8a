import type { Uses } from '../../base/model/uses.js';
import { joined, notAllowed, usesOf } from '../../contract/requirements/uses.js';

/** What a test has touched of the target. It refuses what the test's row in spec/uses.json does not name. */
export class Scope {
  #touched: Uses = {};
  readonly #users = new Set<string>();

  /** @param requirement whose test it is; empty outside of tests, where nothing is refused */
  constructor(
    private readonly requirement: string,
    private readonly allowed: (requirement: string) => Uses = usesOf,
  ) {}

  /** To be called before a test touches something. @throws Error where its row does not name it */
  demand(touch: Uses): void {
    const missing = this.requirement === '' ? undefined : notAllowed(this.allowed(this.requirement), touch);
    if (missing !== undefined)
      throw new Error(
        `the test of ${this.requirement} touches what its row in spec/uses.json does not name (${missing}): npm run generate -- uses`,
      );
    this.note(touch);
  }

  /** What only an answer has told. */
  note(touch: Uses): void {
    this.#touched = joined(this.#touched, touch);
  }

  /** The same for the account that is about to log in: whether that takes a code depends on cluster MFA. */
  logsIn(account: string): void {
    this.#users.add(account);
    this.demand({ cluster: 'read', users: this.#users.size });
  }

  /** What the test has touched so far. */
  get touched(): Uses {
    return this.#touched;
  }
}
