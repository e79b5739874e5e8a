/** One request and its answer, redacted when it was recorded; the only thing that leaves the wire. */
export interface Exchange {
  /** operationId of the contract, or null for a probe that is no operation. */
  readonly operation: string | null;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** Absent when no answer came: then `error` says why. */
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly error?: string;
  /** ISO 8601, the runner's clock. */
  readonly startedAt: string;
  readonly durationMs: number;
}
