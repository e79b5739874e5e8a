/** One exchange that explains a requirement, without the parts that differ from run to run. */
export interface ToldExchange {
  /** Method and path below the API's root. */
  readonly request: string;
  /** The kind and owner of the credential: `API key of admin`; `nobody` without one. */
  readonly as: string;
  /** Header fields besides the usual ones. */
  readonly fields?: readonly string[];
  readonly body?: string;
  /** The status and content, or the reason why no answer came. */
  readonly answer: string;
  /** The length of a group of exchanges that ends here and repeats, perhaps with other values. */
  readonly again?: number;
}

export interface Explained {
  /** Absent: the default release. */
  readonly release?: string;
  readonly passes: readonly ToldExchange[];
  /** How many exchanges the middle of the list omits. */
  readonly leftOut?: number;
  readonly fails: {
    /** A fault of the emulator; `mfa-conformance faults` describes it. */
    readonly fault: string;
    readonly expected: string;
    readonly actual: string;
    readonly exchanges: readonly ToldExchange[];
  };
}
