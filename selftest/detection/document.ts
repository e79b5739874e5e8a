import type { Fault, Variant } from '../../emulator/seams.js';
import { levels } from '../../src/model/verdict.js';
import type { Requirement } from '../../src/requirements/catalogue.js';
import { unsettled, unsettledFaults } from './combinations.js';
import type { FlawClass } from './flaw-classes.js';

export interface Proven {
  readonly faults: readonly Fault[];
  readonly variants: readonly Variant[];
  readonly combinations: readonly (readonly string[])[];
  readonly requirements: readonly Requirement[];
  readonly flawClasses: readonly FlawClass[];
}

/** docs/detection.md: what the catalogues claim, and a proof shows. A pure function of them. */
export function renderDetection({
  faults,
  variants,
  combinations,
  requirements,
  flawClasses,
}: Proven): string {
  const counts = levels.map(
    (level) => `${requirements.filter((each) => each.level === level).length} ${level}`,
  );
  return `# What the suite detects

The emulator can be given faults, each one small deviation from the API, and variants, each a different behaviour
that conforms. \`npm run prove\` runs the whole suite against every one of them, and fails where one is judged in
another way than this page says. Faults that break different requirements of different operations share an
emulator, as do the variants of a combination; \`npm run prove -- --alone\` gives each one of its own.

| | |
| --- | --- |
| faults | ${faults.length}, each with the requirements that it must turn red; left undecided: ${list(unsettledFaults)} |
| false alarms | 0 in ${variants.length} variants, tried in ${combinations.length} combinations; in ${unsettled.length} of them, those that begin with ${list(unsettled)}, something is still left undecided |
| requirements with a fault | ${requirements.length} of ${requirements.length} (${counts.join(', ')}) |

Where a fault breaks an operation that another requirement needs to arrange its case, that one may be inconclusive;
it is never red.

## Classes of public flaws

Flaws of other makers' MFA that were published, by class: what notices a target with such a flaw, and the faults that
show it.

| class | published as | noticed by | shown by the faults |
| --- | --- | --- | --- |
${flawClasses.map(rowOfClass).join('\n')}

## Faults

Switch one on: \`mfa-conformance emulator --fault ID\`.

| fault | does | turns red |
| --- | --- | --- |
${faults.map(({ id, description, fails }) => row(code(id), description, list(fails))).join('\n')}

## Requirements

| requirement | level | turned red by |
| --- | --- | --- |
${requirements
  .map(({ id, level }) =>
    row(code(id), level, list(faults.filter(({ fails }) => fails.includes(id)).map((fault) => fault.id))),
  )
  .join('\n')}

## Variants

Switch one on: \`mfa-conformance emulator --variant ID\`. None turns anything red or inconclusive,
but for what is named: good practice (should) that real clusters are known to leave out.

| variant | does | turns red |
| --- | --- | --- |
${variants.map(({ id, description, fails = [] }) => row(code(id), description, list(fails))).join('\n')}

The combinations:

${combinations.map((ids) => `- ${list(ids)}`).join('\n')}
`;
}

function rowOfClass({ flaw, ids, requirements, faults, notApplicable }: FlawClass): string {
  const cells =
    notApplicable === undefined ? [list(requirements), list(faults)] : [`none: ${notApplicable}`, ''];
  return row(flaw, ids.join(', '), ...cells);
}

const code = (id: string) => `\`${id}\``;
const list = (ids: readonly string[]) => [...ids].sort().map(code).join(', ');
const row = (...cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
