import { ArrangeError } from '../../base/errors.js';

/** Reads the found state twice: a target that answers two different things must not be changed. */
export async function firstLook<T>(
  what: string,
  read: () => Promise<T>,
  same: (a: T, b: T) => boolean,
): Promise<T> {
  const first = await read();
  if (same(first, await read())) return first;
  throw new ArrangeError(
    `GET ${what} gave two different answers, one after the other, before anything was changed: nobody could tell ` +
      'what to restore: nothing is changed.',
  );
}
