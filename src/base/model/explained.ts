/** One exchange as it is told of a requirement: without anything that differs from run to run. */
export interface ToldExchange {
  /** Method and path below the API's root. */
  readonly request: string;
  /** Whose credential it carried: `API key of admin`, `nobody`. */
  readonly as: string;
  /** Header fields besides the usual ones. */
  readonly fields?: readonly string[];
  readonly body?: string;
  /** Status, or why there was no answer; then what the answer held. */
  readonly answer: string;
  /** The exchanges from this one back to so many before it came again, with other values maybe. */
  readonly again?: number;
}

/** What was exchanged for a requirement, on a target that fulfils it and on one that doesn't. */
export interface Explained {
  /** Where it isn't the default release. */
  readonly release?: string;
  readonly passes: readonly ToldExchange[];
  /** So many more, in the middle, were left out. */
  readonly leftOut?: number;
  readonly fails: {
    /** Of the emulator: `mfa-conformance faults` tells what it does. */
    readonly fault: string;
    readonly expected: string;
    readonly actual: string;
    readonly exchanges: readonly ToldExchange[];
  };
}
