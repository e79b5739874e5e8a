import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Finds a file of spec/. The compiled module lies one folder deeper than its source. */
export function specFile(name: string): string | undefined {
  return ['..', '../..']
    .map((up) => join(import.meta.dirname, up, 'spec', name))
    .find((each) => existsSync(each));
}
