import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { levels } from '../../src/base/model/verdict.js';
import { loadOrder } from '../../src/contract/order/order.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { readResult, resultInWords } from '../mutation/result.js';
import { curveOf, foundBy, near } from '../order/curve.js';
import { far } from '../order/detection-order.js';
import { combinations } from './combinations.js';
import { type FlawClass, flawClasses } from './flaw-classes.js';
import { freedomRows, freedoms } from './freedoms.js';
import { pairsIn } from './pairwise.js';
import { recordedHeads } from './turns-red.js';

/** The text of docs/detection.md, from the catalogues. `npm run prove` checks what it says. */
export function detectionPage(): string {
  const [requirements, rows, factors, order] = [loadRequirements(), freedomRows(), freedoms(), loadOrder()];
  const ofLevel = (wanted: string) => requirements.filter(({ level }) => level === wanted);
  const counts = levels.map((level) => `${ofLevel(level).length} ${level}`);
  return `# What the suite detects

The emulator has faults, each a small deviation from the API, and variants, each a different behaviour that conforms.
\`npm run prove\` runs the suite against every one of them, and fails if a judgement differs from this page. Faults that
break different requirements of different operations share an emulator, as do the variants of a combination. With
\`npm run prove -- --alone\` each has its own, and all requirements run. \`spec/turns-red.json\` records the
further requirements that a fault turns red.

| | |
| --- | --- |
| faults | ${faults.length}, each with the requirements that it must turn red |
| reports that begin with the broken requirement | ${headed(faults.length, recordedHeads.size)} (\`npm run prove\` counts). The others begin with another effect of the fault: \`head\` in that record names it |
| failures with a script that reproduces them | 27 of 31, of 24 random faults (\`npm run prove:scripts\` counts; [reproduce.md](reproduce.md) has the figures of other targets) |
| false alarms | 0 in ${variants.length} variants, tried in ${combinations.length} combinations |
| freedoms | ${factors.reduce((sum, { settings }) => sum + settings.length, 0)} settings of ${factors.length} points that the contract leaves open; all pairs that are possible occur, ${pairsIn(rows)} pairs in ${rows.length} targets. No must is red or inconclusive in any (\`npm run prove -- --freedoms\`) |
| requirements with a fault | ${requirements.length} of ${requirements.length} (${counts.join(', ')}) |
| changes of the emulator's code by machine | ${resultInWords(readResult())}; unreached: no run executes the code; freedom: the contract leaves it open (\`selftest/mutation/judged.yaml\`) |

If a fault breaks an operation that another requirement needs for its preparation, that requirement may be
inconclusive, but is never red.

## How soon a fault shows

![Share of the known faults found against time, near and far](found-by-time.svg)

\`run --within TIME\` starts with the requirements that find most of these faults per second: \`spec/order.json\` has the
order, the cost of each requirement and the faults that it finds. On a near target the first ten seconds of tests find ${foundBy(curveOf(order, near), 10)}; on a far one
(115 ms an answer, mails after 3 s) the first minute finds ${foundBy(curveOf(order, far), 60)}, five minutes ${foundBy(curveOf(order, far), 300)}. A run without \`--within\` keeps the
order of the spec files, which takes a twelfth less time in all.

## Freedoms

The emulator can use every freedom that the contract leaves: each optional property of an answer absent, each nullable
one null, each list in another order, each refusal by each other 4xx, each effect delayed, other forms of ids and names.
Every two settings occur together in at least one target (a covering array). Switch one on:
\`mfa-conformance emulator --variant SETTING\`.

| left open | settings |
| --- | --- |
${factors.map(({ name, settings }) => row(code(name), list(settings))).join('\n')}

## Classes of public flaws

Published flaws of other vendors' MFA, by class: the requirements that notice a target with such a flaw, and the
faults that prove it.

| class | published as | noticed by | shown by the faults |
| --- | --- | --- | --- |
${flawClasses.map(rowOfClass).join('\n')}

## Faults

Switch one on: \`mfa-conformance emulator --fault ID\`.

| fault | effect | turns red |
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

Switch one on: \`mfa-conformance emulator --variant ID\`. None turns a requirement red or
inconclusive, except those named: good practice (should) that real clusters are known to lack.

| variant | effect | turns red | nearest to the faults |
| --- | --- | --- | --- |
${variants.map(({ id, description, fails = [], near = [] }) => row(code(id), description, list(fails), list(near))).join('\n')}

The combinations:

${combinations.map((ids) => `- ${list(ids)}`).join('\n')}
`;
}

function rowOfClass({ flaw, ids, requirements, faults, notApplicable }: FlawClass): string {
  const noticed = notApplicable === undefined ? list(requirements) : `none: ${notApplicable}`;
  return row(flaw, ids.join(', '), noticed, list(faults));
}

function headed(all: number, others: number): string {
  return `${all - others} of ${all} (${((100 * (all - others)) / all).toFixed(1)} %)`;
}

const code = (id: string) => `\`${id}\``;
const list = (ids: readonly string[]) => [...ids].sort().map(code).join(', ');
const row = (...cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
