/** One request and its answer. It is redacted as it is recorded; nothing else leaves the HTTP client. */
export interface Exchange {
  /** operationId of the contract; null for a probe outside the contract. */
  readonly operation: string | null;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** Absent if no answer came; `error` then says why. */
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
