import type { KnownFault, Variant } from '../../emulator/seams.js';
import { levels } from '../../src/base/model/verdict.js';
import type { DetectionOrder } from '../../src/contract/order/order.js';
import type { Requirement } from '../../src/contract/requirements/catalogue.js';
import { type MutationResult, resultInWords } from '../mutation/result.js';
import { curveOf, foundBy, near } from '../order/curve.js';
import { far } from '../order/detection-order.js';
import type { FlawClass } from './flaw-classes.js';
import { type Factor, pairsIn } from './pairwise.js';

export interface Proven {
  readonly faults: readonly KnownFault[];
  readonly variants: readonly Variant[];
  readonly combinations: readonly (readonly string[])[];
  readonly requirements: readonly Requirement[];
  readonly flawClasses: readonly FlawClass[];
  readonly freedoms: readonly Factor[];
  /** The rows of freedoms that were tried. */
  readonly rows: readonly (readonly string[])[];
  /** The result of `npm run mutate -- --record`. */
  readonly mutation: MutationResult;
  readonly order: DetectionOrder;
  /** Faults whose reports begin with something other than what they break. */
  readonly astray: readonly string[];
}

/** docs/detection.md: the claims of the catalogues, which a proof confirms. A pure function of them. */
export function renderDetection({
  faults,
  variants,
  combinations,
  requirements,
  flawClasses,
  freedoms,
  rows,
  mutation,
  order,
  astray,
}: Proven): string {
  const counts = levels.map(
    (level) => `${requirements.filter((each) => each.level === level).length} ${level}`,
  );
  return `# What the suite detects

The emulator can be given faults, each one small deviation from the API, and variants, each a different behaviour
that conforms. \`npm run prove\` runs the suite against every one of them, and fails where one is judged in
another way than this page says. Faults that break different requirements of different operations share an
emulator, as do the variants of a combination; \`npm run prove -- --alone\` gives each one of its own, and asks for all
requirements. What a fault turns red besides what it is for is recorded in \`emulator/faults/turns-red.ts\`.

| | |
| --- | --- |
| faults | ${faults.length}, each with the requirements that it must turn red |
| reports that begin with what the fault is for | ${headed(faults, astray)} (\`npm run prove\` counts). The others begin with another effect of the fault: \`head\` in that record names it |
| failures with a script that shows them again | 27 of 31, of 24 drawn faults (\`npm run prove:scripts\` counts; [reproduce.md](reproduce.md) has the figures of other targets) |
| false alarms | 0 in ${variants.length} variants, tried in ${combinations.length} combinations |
| freedoms | ${freedoms.reduce((sum, { settings }) => sum + settings.length, 0)} settings of ${freedoms.length} things that the contract leaves open; every two that can stand together do, ${pairsIn(rows)} pairs in ${rows.length} targets. No must is red or inconclusive in any (\`npm run prove -- --freedoms\`) |
| requirements with a fault | ${requirements.length} of ${requirements.length} (${counts.join(', ')}) |
| changes of the emulator's code by machine | ${resultInWords(mutation)} (\`selftest/mutation/judged.yaml\`) |

Where a fault breaks an operation that another requirement needs to arrange its case, that one may be inconclusive;
it is never red.

## How soon a fault shows

![Share of the known faults found against time, near and far](found-by-time.svg)

\`run --within TIME\` tries first what finds most of these faults a second: \`spec/order.json\` has the order, what each
requirement costs and which faults it finds. On a target nearby the first ten seconds of tests find ${foundBy(curveOf(order, near), 10)}; on one far away
(115 ms an answer, mails after 3 s) the first minute finds ${foundBy(curveOf(order, far), 60)}, five minutes ${foundBy(curveOf(order, far), 300)}. A run without \`--within\` keeps the
order of the spec files, which takes a twelfth less time in all.

## Freedoms

What the contract leaves open is made from it: each optional property of an answer absent, each nullable one null, each
list in another order, each refusal by each other 4xx, each effect delayed, ids and names of other forms. They are
combined so that every two settings meet in one target at least (a covering array). Switch one on:
\`mfa-conformance emulator --variant SETTING\`.

| left open | settings |
| --- | --- |
${freedoms.map(({ name, settings }) => row(code(name), list(settings))).join('\n')}

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

| variant | does | turns red | nearest to the faults |
| --- | --- | --- | --- |
${variants.map(({ id, description, fails = [], near = [] }) => row(code(id), description, list(fails), list(near))).join('\n')}

The combinations:

${combinations.map((ids) => `- ${list(ids)}`).join('\n')}
`;
}

function rowOfClass({ flaw, ids, requirements, faults, notApplicable }: FlawClass): string {
  const cells =
    notApplicable === undefined ? [list(requirements), list(faults)] : [`none: ${notApplicable}`, ''];
  return row(flaw, ids.join(', '), ...cells);
}

function headed({ length: all }: readonly KnownFault[], { length: others }: readonly string[]): string {
  return `${all - others} of ${all} (${((100 * (all - others)) / all).toFixed(1)} %)`;
}

const code = (id: string) => `\`${id}\``;
const list = (ids: readonly string[]) => [...ids].sort().map(code).join(', ');
const row = (...cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
