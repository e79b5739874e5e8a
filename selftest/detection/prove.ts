import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { packageRoot } from '../../src/package-root.js';
import { loadRequirements } from '../../src/requirements/catalogue.js';
import { combinations } from './combinations.js';
import { renderDetection } from './document.js';
import { judge } from './matrix.js';
import {
  asItIs,
  type Expectation,
  expectationOfFault,
  expectationOfVariant,
  neverRed,
  problemsOf,
} from './problems.js';

/** So many emulators are tried in one run of the suite. */
const batchSize = 50;
// One more than the cores that it is meant for: some targets wait for mails that never come.
const options = { jobs: 3, mailTimeoutMs: 3000 };

// Parts of ids, to prove some only.
const only = process.argv.slice(2);
const wanted = ({ name, faults, variants }: Expectation) =>
  only.length === 0 || only.some((part) => [name, ...faults, ...variants].some((id) => id.includes(part)));

const requirements = loadRequirements();
const expectations: readonly Expectation[] = [
  asItIs,
  ...variants.map(({ id }) => expectationOfVariant(id)),
  ...combinations.map((ids) => expectationOfVariant(...ids)),
  ...faults.map(expectationOfFault),
].filter(wanted);

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-prove-'));
const startedAt = Date.now();
let passed = 0;
let failed = 0;
try {
  for (let at = 0; at < expectations.length; at += batchSize) {
    const batch = expectations.slice(at, at + batchSize);
    const judgements = await judge(batch, join(folder, String(at)), options);
    judgements.forEach((judgement, index) => {
      const fails = batch[index]?.fails ?? [];
      note(judgement.subject.name, problemsOf(judgement, fails, requirements), `${fails.length} red`);
    });
    rmSync(join(folder, String(at)), { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (only.length === 0) {
  const unproven = neverRed(faults, requirements).map((id) => `no fault turns it red: ${id}`);
  note('every requirement turns red for a fault', unproven, `${requirements.length} requirements`);
}

const caught = `${faults.length} faults, ${variants.length} variants, ${combinations.length} combinations`;
console.log(
  `took ${((Date.now() - startedAt) / 1000).toFixed(0)} s for ${expectations.length} targets (of ${caught})`,
);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
if (failed === 0 && only.length === 0) {
  const file = join(packageRoot(), 'docs', 'detection.md');
  writeFileSync(file, renderDetection({ faults, variants, combinations, requirements }));
}

function note(name: string, problems: readonly string[], detail: string): void {
  if (problems.length === 0) passed += 1;
  else failed += 1;
  console.log(`${problems.length === 0 ? 'ok   ' : 'WRONG'} ${name.padEnd(60)} ${detail}`);
  for (const problem of problems) console.log(`        ${problem}`);
}
