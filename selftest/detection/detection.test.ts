import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { loadRequirements } from '../../src/requirements/catalogue.js';
import { combinations } from './combinations.js';
import { groupsOf, together } from './groups.js';
import { type Judgement, judge } from './matrix.js';
import { asItIs, expectationOfFault, expectationOfVariant, problemsOf } from './problems.js';
import { sample } from './sample.js';

/** Which faults are drawn: another number tries others, DETECTION_SEED=7 npx vitest run selftest/detection. */
const seed = Number(process.env['DETECTION_SEED'] ?? 1);

const requirements = loadRequirements();

/**
 * All variants, several at a time, and a sample of the faults, those together that can't be confused; `npm run prove`
 * tries more. The built suite is run as a user runs it, against real emulators.
 */
const expectations = [
  ...combinations.map(([first, ...others]) => expectationOfVariant(first, ...others)),
  ...groupsOf(sample(faults, 20, seed).map(expectationOfFault), requirements).map((group, index) =>
    together(group, `faults--${index + 1}`),
  ),
  asItIs,
];

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-detection-'));
let judgements: readonly Judgement[] = [];

beforeAll(async () => {
  judgements = await judge(expectations, folder, { jobs: 3, mailTimeoutMs: 2000 });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe(`the suite (faults drawn with seed ${seed})`, () => {
  test.each(expectations.map((expectation) => [expectation.name, expectation] as const))(
    'turns red what it must, and nothing else: %s',
    (name, { fails, faults: ids }) => {
      const judgement = judgements.find(({ subject }) => subject.name === name);

      expect(judgement?.verdict.outcomes.length).toBe(requirements.length);
      const problems = judgement === undefined ? ['not judged'] : problemsOf(judgement, fails, requirements);
      expect({ ids, problems }).toEqual({ ids, problems: [] });
    },
  );

  test('is tried with every variant', () => {
    const tried = new Set(combinations.flat());

    expect(variants.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
  });

  test('leaves nothing unchecked on the emulator as it is', () => {
    const verdict = judgements.find(({ subject }) => subject.name === asItIs.name)?.verdict;

    expect(verdict?.outcomes.filter(({ outcome }) => outcome === 'not run')).toEqual([]);
  });
});
