/** An error that never makes an outcome `fail`: only a failed expectation or a finding does. */
export abstract class SuiteError extends Error {
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

/** The user's input or this machine is at fault: exit 2. */
export class ConfigurationError extends SuiteError {
  readonly blame = 'configuration failed';
}

/** A step that prepares a test failed, so the test didn't reach its requirement. */
export class ArrangeError extends SuiteError {
  readonly blame = 'arrange failed';

  /**
   * @param because why the step failed. `exchange`: the answer at fault. `breaks`: the requirement that this
   * answer breaks. `lacks`: what did not come
   */
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

/** The network, TLS or the target's process failed, so there is no answer to judge. */
export class TransportError extends SuiteError {
  readonly blame = 'transport failed';

  /** @param mayHaveArrived false if the request was never sent, so that the target can't act on it later */
  constructor(
    message: string,
    readonly mayHaveArrived = true,
    readonly broke?: 'refused' | 'closed',
  ) {
    super(message);
  }
}

type Kind<E extends SuiteError = SuiteError> = abstract new (...values: never[]) => E;

/** Makes a handler for `catch`. @returns undefined for these kinds of errors @throws all others */
export function ignoring(...kinds: readonly Kind[]) {
  return (error: unknown): undefined => {
    if (!kinds.some((kind) => error instanceof kind)) throw error;
  };
}

/** Makes a handler for `catch`. @returns errors of these kinds @throws all others */
export function returning<E extends SuiteError>(...kinds: readonly Kind<E>[]) {
  return (error: unknown): E => {
    for (const kind of kinds) if (error instanceof kind) return error;
    throw error;
  };
}

export function orError<T, E extends SuiteError>(kind: Kind<E>, step: () => T): T | E {
  try {
    return step();
  } catch (error) {
    return returning(kind)(error);
  }
}

export function orElse<T>(fallback: T, step: () => T): T {
  try {
    return step();
  } catch {
    return fallback;
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const fileTroubles: Readonly<Record<string, string>> = {
  EEXIST: 'a file of that name is there',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
};

/** Returns the message. For a file error, leaves out the code and the system call. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, code = '', words = text] = /^([A-Z]+\d*): (.*?), \w+(?: '.*')?$/s.exec(text) ?? [];
  return fileTroubles[code] ?? words;
}

/** @throws ConfigurationError with `what` and the reason if the step fails */
export function orExplain<T>(what: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new ConfigurationError(`${what}: ${reasonOf(error)}`);
  }
}
