/** A step took longer than allowed. */
export class DeadlineError extends Error {}

/** The promise's result, or a DeadlineError after `ms` milliseconds. */
export async function within<T>(ms: number, step: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`took longer than ${ms} ms`)), ms);
  });
  // A failure after the deadline would otherwise be an unhandled rejection.
  step.catch(() => undefined);
  try {
    return await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}
