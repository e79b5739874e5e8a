import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { turnsRed } from '../../emulator/faults/turns-red.js';
import type { KnownFault } from '../../emulator/seams.js';
import { packageRoot } from '../../src/base/package-root.js';
import type { Requirement } from '../../src/contract/requirements/catalogue.js';

/** The file of the requirements that each fault turns red beyond those it breaks; reviewers see it as a diff. */
export const turnsRedFile = join(packageRoot(), 'spec', 'turns-red.json');

/** By fault: the requirement with which its report begins, unless the fault was written for that requirement. */
export const recordedHeads: ReadonlyMap<string, string> = new Map(
  Object.entries(turnsRed).flatMap(([id, { head }]) => (head === undefined ? [] : [[id, head]])),
);

/** A line for each fault that has an entry. @param heads by fault tried now; others keep their record */
export function turnsRedText(
  faults: readonly Pick<KnownFault, 'id' | 'breaks' | 'fails'>[],
  requirements: readonly Requirement[],
  heads: ReadonlyMap<string, string> = recordedHeads,
): string {
  const musts = new Set<string>(requirements.flatMap(({ id, level }) => (level === 'must' ? [id] : [])));
  const lines = faults.flatMap(({ id, breaks, fails }) => {
    const head = heads.get(id) ?? recordedHeads.get(id);
    const besides = fails.filter((each) => !breaks.includes(each)).sort();
    const row = {
      ...(fails.some((each) => musts.has(each)) ? {} : { level: 'should' }),
      ...(besides.length === 0 ? {} : { besides }),
      ...(head === undefined || breaks.includes(head) ? {} : { head }),
    };
    return Object.keys(row).length === 0 ? [] : [`  ${JSON.stringify(id)}: ${JSON.stringify(row)}`];
  });
  return `{\n${lines.sort().join(',\n')}\n}\n`;
}

export function writeTurnsRed(...record: Parameters<typeof turnsRedText>): void {
  writeFileSync(turnsRedFile, turnsRedText(...record));
}
