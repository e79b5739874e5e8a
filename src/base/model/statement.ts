/** By name of the claim: denied, claimed, or claimed with a number. An absent claim says nothing. */
export type Claims = Readonly<Record<string, boolean | number>>;

/** A fact with an upper bound that the vendor claims. */
export interface ClaimedCount {
  readonly fact: string;
  readonly atMost: number;
  /** The counted things: `consecutive wrong codes`. */
  readonly unit: string;
}

/** The parts of a vendor's statement that a run uses. */
export interface StatementInVerdict {
  /** The file's name, without its folder. */
  readonly file: string;
  readonly sha256: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly claims: Claims;
}
