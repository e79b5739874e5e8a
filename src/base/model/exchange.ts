/** One request and its answer, redacted when it is recorded; nothing else leaves the HTTP client. */
export interface Exchange {
  /** operationId of the contract; null for a probe outside the contract. */
  readonly operation: string | null;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
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
