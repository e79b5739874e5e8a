import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { judge } from './matrix.js';
import { type Expectation, expectationOfFault, expectationOfVariant, problemsOf } from './problems.js';

/** So many emulators are tried in one run of the suite. */
const batchSize = 24;

// Parts of ids, to prove some only.
const only = process.argv.slice(2);
const wanted = (id: string) => only.length === 0 || only.some((part) => id.includes(part));

const expectations: readonly Expectation[] = [
  ...variants.filter(({ id }) => wanted(id)).map(({ id }) => expectationOfVariant(id)),
  ...faults.filter(({ id }) => wanted(id)).map(expectationOfFault),
];

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-prove-'));
const startedAt = Date.now();
let wrong = 0;
try {
  for (let at = 0; at < expectations.length; at += batchSize) {
    const batch = expectations.slice(at, at + batchSize);
    const judgements = await judge(batch, join(folder, String(at)));
    judgements.forEach((judgement, index) => {
      const problems = problemsOf(judgement, batch[index]?.fails ?? []);
      console.log(`${problems.length === 0 ? 'ok    ' : 'WRONG '} ${judgement.subject.name}`);
      for (const problem of problems) console.log(`         ${problem}`);
      if (problems.length > 0) wrong += 1;
    });
    rmSync(join(folder, String(at)), { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`took ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
console.log(`${expectations.length - wrong} passed, ${wrong} failed`);
process.exitCode = wrong === 0 ? 0 : 1;
