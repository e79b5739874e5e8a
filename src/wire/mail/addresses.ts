/** The addresses of a mailbox, compared without regard to case. */
export class Addresses {
  readonly #known: ReadonlyMap<string, string>;

  constructor(addresses: readonly string[]) {
    this.#known = new Map(addresses.map((address) => [folded(address), address]));
  }

  /** The address as the target file spells it; undefined for unknown addresses. */
  known(address: string): string | undefined {
    return this.#known.get(folded(address));
  }

  get all(): readonly string[] {
    return [...this.#known.values()];
  }
}

export function folded(address: string): string {
  return address.trim().toLowerCase();
}
