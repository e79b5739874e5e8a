/**
 * An error that doesn't count against the target. It makes an outcome `inconclusive` or stops the run (exit 2);
 * only a failed expectation makes it `fail`.
 */
export abstract class SuiteError extends Error {
  /** The event's kind in the log. */
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

/** A step that prepares a test failed, so the test didn't reach its requirement. */
export class ArrangeError extends SuiteError {
  readonly blame = 'arrange failed';

  /** @param because the exchange to blame, the event that did not come, the requirement that the answer breaks */
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

/** The target file or the mode forbids a step, so the requirement is not run. */
export class NotAllowedError extends SuiteError {
  readonly blame = 'not run';
}

/** A step needs an operation that the contract lacks, so the requirement doesn't apply. */
export class MissingOperationError extends SuiteError {
  readonly blame = 'not applicable';
}

/** The network, TLS or the target's process failed, so no answer can be judged. */
export class TransportError extends SuiteError {
  readonly blame = 'transport failed';

  /**
   * @param mayHaveArrived false if nothing was sent, so the target can't act on it later
   * @param broke how the connection failed: refused, or closed before the answer was complete
   */
  constructor(
    message: string,
    readonly mayHaveArrived = true,
    readonly broke?: 'refused' | 'closed',
  ) {
    super(message);
  }
}

/** For `catch`: gives undefined after an error of these kinds. @throws any other error */
export function ignoring(...kinds: readonly (abstract new (...values: never[]) => SuiteError)[]) {
  return (error: unknown): undefined => {
    if (!kinds.some((kind) => error instanceof kind)) throw error;
  };
}

/** The code that Node or a library gave an error; empty without a code. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const fileTroubles: Readonly<Record<string, string>> = {
  EEXIST: 'a file of that name is there',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
};

/** The message of an error. From a file error it removes the code and the system call. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, code = '', words = text] = /^([A-Z]+\d*): (.*?), \w+(?: '.*')?$/s.exec(text) ?? [];
  return fileTroubles[code] ?? words;
}

/** Performs a step. @throws ConfigurationError with `what` and the reason if the step fails */
export function orExplain<T>(what: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new ConfigurationError(`${what}: ${reasonOf(error)}`);
  }
}
