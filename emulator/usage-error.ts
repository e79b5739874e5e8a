/** A mistake of the user. The command prints it in one line, without a stack trace. */
export class EmulatorUsageError extends Error {
  override get name(): string {
    return 'EmulatorUsageError';
  }
}
