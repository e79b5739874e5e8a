import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { turnsRed } from '../../emulator/faults/turns-red.js';
import type { KnownFault } from '../../emulator/seams.js';
import { packageRoot } from '../../src/base/package-root.js';
import type { Requirement } from '../../src/contract/requirements/catalogue.js';

/** The requirements that each fault turns red beyond those it breaks: reviewed as a diff. */
export const turnsRedFile = join(packageRoot(), 'emulator', 'faults', 'turns-red.ts');

/** The recorded first requirement of a fault's report, if it is not one that the fault breaks. */
export const recordedHeads: ReadonlyMap<string, string> = new Map(
  Object.entries(turnsRed).flatMap(([id, { head }]) => (head === undefined ? [] : [[id, head]])),
);

/**
 * The record as text: a line for each fault with an entry.
 *
 * @param heads the newly known ones; the others stay as recorded
 */
export function turnsRedText(
  faults: readonly Pick<KnownFault, 'id' | 'breaks' | 'fails'>[],
  requirements: readonly Requirement[],
  heads: ReadonlyMap<string, string> = recordedHeads,
): string {
  const musts = new Set<string>(requirements.flatMap(({ id, level }) => (level === 'must' ? [id] : [])));
  const lines = faults.flatMap(({ id, breaks, fails }) => {
    const head = heads.get(id) ?? recordedHeads.get(id);
    const besides = fails.filter((each) => !breaks.includes(each)).sort();
    const members = [
      ...(fails.some((each) => musts.has(each)) ? [] : [`level: 'should'`]),
      ...(besides.length === 0 ? [] : [`besides: [${besides.map((each) => `'${each}'`).join(', ')}]`]),
      ...(head === undefined || breaks.includes(head) ? [] : [`head: '${head}'`]),
    ];
    return members.length === 0 ? [] : [`  '${id}': { ${members.join(', ')} },\n`];
  });
  return `// Generated: levels by \`npm run generate\`, the rest by \`npm run prove -- --update\`.

interface TurnsRed {
  readonly level?: 'should';
  readonly besides?: readonly string[];
  readonly head?: string;
}

/** Faults that turn no must red, what faults turn red besides what they break, and which of that heads the report. */
export const turnsRed: Readonly<Record<string, TurnsRed>> = {
${lines.sort().join('')}};
`;
}

/** Written only if it differs: otherwise the build would count as outdated. */
export function writeTurnsRed(...record: Parameters<typeof turnsRedText>): void {
  const text = turnsRedText(...record);
  if (existsSync(turnsRedFile) && readFileSync(turnsRedFile, 'utf8') === text) return;
  writeFileSync(turnsRedFile, text);
}
