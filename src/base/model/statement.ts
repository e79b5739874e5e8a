/** By name of the claim: denied, claimed, or claimed within so many. What is left out is not spoken of. */
export type Claims = Readonly<Record<string, boolean | number>>;

/** A fact that may not be more than the vendor claims. */
export interface ClaimedCount {
  readonly fact: string;
  readonly atMost: number;
  /** Of what: `consecutive wrong codes`. */
  readonly unit: string;
}

/** What of a vendor's statement a run was judged by. */
export interface StatementInVerdict {
  /** The file's name, without its folder. */
  readonly file: string;
  readonly sha256: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly claims: Claims;
}
