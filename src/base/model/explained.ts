/** One exchange that explains a requirement, without the parts that differ from run to run. */
export interface ToldExchange {
  /** Method and path below the API's root. */
  readonly request: string;
  /** The credential's kind and owner: `API key of admin`, or `nobody`. */
  readonly as: string;
  readonly fields?: readonly string[];
  readonly body?: string;
  readonly answer: string;
  /** This exchange ends a group of this length, which repeats, perhaps with other values. */
  readonly again?: number;
}

export interface Explained {
  readonly release?: string;
  readonly passes: readonly ToldExchange[];
  readonly leftOut?: number;
  readonly fails: {
    /** A fault of the emulator; `mfa-conformance faults` describes it. */
    readonly fault: string;
    readonly expected: string;
    readonly actual: string;
    readonly exchanges: readonly ToldExchange[];
  };
}
