import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { loadRequirements } from '../../src/requirements/catalogue.js';
import { combinations } from './combinations.js';
import { type Judgement, judge } from './matrix.js';
import { asItIs, expectationOfFault, expectationOfVariant, problemsOf } from './problems.js';
import { sample } from './sample.js';

/** Which faults are drawn: another number tries others, DETECTION_SEED=7 npx vitest run selftest/detection. */
const seed = Number(process.env['DETECTION_SEED'] ?? 1);

/**
 * All variants, and a sample of the faults; `npm run prove` tries all. The built suite is run as a user runs it,
 * against real emulators.
 */
const expectations = [
  asItIs,
  ...variants.map(({ id }) => expectationOfVariant(id)),
  ...combinations.map((ids) => expectationOfVariant(...ids)),
  ...sample(faults, 20, seed).map(expectationOfFault),
];

const requirements = loadRequirements();
const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-detection-'));
let judgements: readonly Judgement[] = [];

beforeAll(async () => {
  judgements = await judge(expectations, folder, { jobs: 3, mailTimeoutMs: 3000 });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe(`the suite (faults drawn with seed ${seed})`, () => {
  test.each(expectations.map((expectation) => [expectation.name, expectation] as const))(
    'turns red what it must, and nothing else: %s',
    (name, { fails }) => {
      const judgement = judgements.find(({ subject }) => subject.name === name);

      expect(judgement?.verdict.outcomes.length).toBe(requirements.length);
      expect(judgement === undefined ? ['not judged'] : problemsOf(judgement, fails, requirements)).toEqual(
        [],
      );
    },
  );

  test('leaves nothing unchecked on the emulator as it is', () => {
    const verdict = judgements.find(({ subject }) => subject.name === asItIs.name)?.verdict;

    expect(verdict?.outcomes.filter(({ outcome }) => outcome === 'not run')).toEqual([]);
  });
});
