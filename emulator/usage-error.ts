/** A mistake of the user. The message is one line, without a stack trace. */
export class EmulatorUsageError extends Error {
  override get name(): string {
    return 'EmulatorUsageError';
  }
}
