/** Something took longer than it may. */
export class DeadlineError extends Error {}

/**
 * What a promise comes to, or a DeadlineError after `ms` milliseconds: whatever a far end or a library does, the
 * wait ends.
 */
export async function within<T>(ms: number, step: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`took longer than ${ms} ms`)), ms);
  });
  // Its failure after the deadline is nobody's any more.
  step.catch(() => undefined);
  try {
    return await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}
