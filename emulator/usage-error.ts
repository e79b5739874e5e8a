/** The emulator was asked for something it can't do: one line for the user, no stack trace. */
export class EmulatorUsageError extends Error {
  override get name(): string {
    return 'EmulatorUsageError';
  }
}
