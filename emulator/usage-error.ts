/** A request that the emulator can't fulfil: one line for the user, no stack trace. */
export class EmulatorUsageError extends Error {
  override get name(): string {
    return 'EmulatorUsageError';
  }
}
