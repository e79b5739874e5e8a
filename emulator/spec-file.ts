import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Finds a file of spec/. If this module is compiled, it lies one folder deeper. */
export function specFile(name: string): string | undefined {
  return ['..', '../..']
    .map((up) => join(import.meta.dirname, up, 'spec', name))
    .find((each) => existsSync(each));
}
