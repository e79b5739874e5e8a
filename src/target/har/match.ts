import type { Contract, Operation } from '../../contract/openapi/contract.js';

/** The operation that a recorded URL calls. */
interface Matched {
  /** The API's root, without a final slash. */
  readonly root: string;
  /** Undefined: the path is known, the method is not. */
  readonly operation: Operation | undefined;
}

/** Finds the operations of a contract in URLs with any host and prefix. */
export class Matcher {
  readonly #operations: readonly Operation[];
  /** Longest first, since /support-user/send-email-otp also ends with /send-email-otp. */
  readonly #paths: readonly string[];

  /** @param baseUrl the only root to accept; default: every root that ends in /v2 */
  constructor(
    contract: Contract,
    private readonly baseUrl?: string,
  ) {
    this.#operations = [...contract.operations.values()];
    this.#paths = [...new Set(this.#operations.map(({ path }) => path))].sort((a, b) => b.length - a.length);
  }

  match(method: string, url: string): Matched | undefined {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined) return undefined;
    const whole = `${parsed.origin}${parsed.pathname}`.replace(/\/$/, '');
    for (const path of this.#paths) {
      if (!whole.endsWith(path)) continue;
      const root = whole.slice(0, -path.length);
      if (this.baseUrl === undefined ? !root.endsWith('/v2') : root !== this.baseUrl.replace(/\/$/, ''))
        continue;
      const operation = this.#operations.find((each) => each.path === path && each.method === method);
      return { root, operation };
    }
    return undefined;
  }
}
