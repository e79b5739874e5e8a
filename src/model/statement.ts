/** By name of the claim: claimed or denied. What is left out is not spoken of. */
export type Claims = Readonly<Record<string, boolean>>;

/** What of a vendor's statement a run was judged by. */
export interface StatementInVerdict {
  /** The file's name, without its folder. */
  readonly file: string;
  readonly sha256: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly claims: Claims;
}
