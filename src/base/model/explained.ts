/** One exchange that explains a requirement, without the parts that differ from run to run. */
export interface ToldExchange {
  /** Method and path below the API's root. */
  readonly request: string;
  /** The credential's kind and owner: `API key of admin`, `nobody`. */
  readonly as: string;
  /** Header fields besides the usual ones. */
  readonly fields?: readonly string[];
  readonly body?: string;
  /** The status and content, or the reason why no answer came. */
  readonly answer: string;
  /** If this exchange and some before it were repeated as a group: their number. Values may differ. */
  readonly again?: number;
}

/** The exchanges for a requirement, on a conforming target and on a faulty one. */
export interface Explained {
  /** Absent: the default release. */
  readonly release?: string;
  readonly passes: readonly ToldExchange[];
  /** The number of exchanges omitted from the middle. */
  readonly leftOut?: number;
  readonly fails: {
    /** A fault of the emulator; `mfa-conformance faults` describes it. */
    readonly fault: string;
    readonly expected: string;
    readonly actual: string;
    readonly exchanges: readonly ToldExchange[];
  };
}
