/**
 * Errors typed by blame. What is nobody's conformance problem must never be reported as one: an outcome is
 * `fail` only for a failed expectation; each of these makes it `inconclusive`, or stops the run (exit 2).
 */
export abstract class SuiteError extends Error {
  /** As the log says it. */
  abstract readonly blame:
    | 'arrange failed'
    | 'transport failed'
    | 'configuration failed'
    | 'not run'
    | 'not applicable'
    | 'suite failed';

  override get name(): string {
    return this.constructor.name;
  }
}

/** The target file, the command line or the environment is wrong: exit 2, nothing is sent. */
export class ConfigurationError extends SuiteError {
  readonly blame = 'configuration failed';
}

/** A step that only prepares a test did not go as it must: the requirement under test was not reached. */
export class ArrangeError extends SuiteError {
  readonly blame = 'arrange failed';

  /** @param because the exchange whose answer was to blame, what did not come, the requirement that is broken */
  constructor(
    message: string,
    readonly because: {
      readonly exchange?: object | undefined;
      readonly lacks?: 'mail';
      readonly breaks?: string;
    } = {},
  ) {
    super(message);
  }
}

/** The target file or the mode does not allow a step, so it was left out: the requirement is not run. */
export class NotAllowedError extends SuiteError {
  readonly blame = 'not run';
}

/** A step needs an operation that the contract in use doesn't have: the requirement doesn't apply to the target. */
export class MissingOperationError extends SuiteError {
  readonly blame = 'not applicable';
}

/** The network, TLS or the far end's process got in the way: no answer that could be judged. */
export class TransportError extends SuiteError {
  readonly blame = 'transport failed';

  /**
   * @param mayHaveArrived false where nothing was sent: the target can't act on it later either
   * @param broke how the connection did: nobody listens, or it was closed before the answer was complete
   */
  constructor(
    message: string,
    readonly mayHaveArrived = true,
    readonly broke?: 'refused' | 'closed',
  ) {
    super(message);
  }
}

const fileTroubles: Readonly<Record<string, string>> = {
  EEXIST: 'a file of that name is there',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
};

/** Why something went wrong, in words: of an error about files neither its code nor the system call. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, code = '', words = text] = /^([A-Z]+\d*): (.*?), \w+(?: '.*')?$/s.exec(text) ?? [];
  return fileTroubles[code] ?? words;
}
