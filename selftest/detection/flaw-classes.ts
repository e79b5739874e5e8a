import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { faults } from '../../emulator/faults/index.js';
import { packageRoot } from '../../src/base/package-root.js';

/** A class of public flaws in MFA and one-time codes, and the evidence that the suite notices such a target. */
export interface FlawClass {
  readonly flaw: string;
  readonly ids: readonly string[];
  /** Requirements that turn red on a target with such a flaw: those that its faults break, and those in `also`. */
  readonly requirements: readonly string[];
  readonly faults: readonly string[];
  readonly notApplicable?: string;
}

/** The lists are separated by white space. */
interface Entry extends Pick<FlawClass, 'flaw' | 'notApplicable'> {
  readonly [list: string]: string | undefined;
}

const file = join(packageRoot(), 'selftest', 'detection', 'flaw-classes.yaml');
const entries: readonly Entry[] = parse(readFileSync(file, 'utf8'));
const breaks = new Map(faults.map((fault) => [fault.id, fault.breaks]));

const listed = (text = '') => text.split(' ').filter(Boolean);

export const flawClasses: readonly FlawClass[] = entries.map(({ ids, faults, also, ...entry }) => ({
  ...entry,
  ids: listed(ids),
  requirements: [...new Set([...listed(faults).flatMap((id) => breaks.get(id) ?? []), ...listed(also)])],
  faults: listed(faults),
}));
