import type { Contract, Operation } from '../../contract/openapi/contract.js';

/** Which operation a recorded URL calls. */
export interface Matched {
  /** The API's root, without a slash at its end. */
  readonly root: string;
  readonly path: string;
  /** Undefined: the path is known, the method is not. */
  readonly operation: Operation | undefined;
}

/** Finds the operations of a contract in URLs, whatever host and prefix they were recorded with. */
export class Matcher {
  readonly #operations: readonly Operation[];
  /** Longest first: /support-user/send-email-otp ends like /send-email-otp. */
  readonly #paths: readonly string[];

  /** @param baseUrl the one root to look at; without it every root that ends in /v2, as the contract has it */
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
      return { root, path, operation };
    }
    return undefined;
  }
}
