import type { Uses } from '../../base/model/uses.js';
import { joined, notAllowed, usesOf } from '../../contract/requirements/uses.js';

/** What the running test has touched of the target. It refuses what the test's row in spec/uses.json does not name. */
export class Scope {
  #requirement = '';
  #touched: Uses = {};
  readonly #users = new Set<string>();

  /** @param running the requirement whose test runs; empty outside of tests, where nothing is refused */
  constructor(
    private readonly running: () => string,
    private readonly allowed: (requirement: string) => Uses = usesOf,
  ) {}

  /** To be called before a test touches something. @throws Error where its row does not name it */
  demand(touch: Uses): void {
    this.#follow();
    const missing = this.#requirement === '' ? undefined : notAllowed(this.allowed(this.#requirement), touch);
    if (missing !== undefined)
      throw new Error(
        `the test of ${this.#requirement} touches what its row in spec/uses.json does not name (${missing}): npm run generate -- uses`,
      );
    this.#touched = joined(this.#touched, touch);
  }

  /** What only an answer has told. */
  note(touch: Uses): void {
    this.#follow();
    this.#touched = joined(this.#touched, touch);
  }

  /** The same for the account that is about to log in: whether that takes a code depends on cluster MFA. */
  logsIn(account: string): void {
    this.#follow();
    this.#users.add(account);
    this.demand({ cluster: 'read', users: this.#users.size });
  }

  /** What the running test has touched so far. */
  get touched(): Uses {
    this.#follow();
    return this.#touched;
  }

  #follow(): void {
    const running = this.running();
    if (running === this.#requirement) return;
    this.#requirement = running;
    this.#touched = {};
    this.#users.clear();
  }
}
