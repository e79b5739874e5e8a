import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { type Judgement, judge } from './matrix.js';
import { expectationOfFault, expectationOfVariant, problemsOf } from './problems.js';

/**
 * A part of the detection matrix, spread over the whole catalogues; `npm run prove` tries all of them. The built
 * suite is run as a user runs it, against real emulators.
 */
const expectations = [
  ...variants.filter((_, index) => index % 3 === 0).map(({ id }) => expectationOfVariant(id)),
  ...faults.filter((_, index) => index % 7 === 3).map(expectationOfFault),
];

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-detection-'));
let judgements: readonly Judgement[] = [];

beforeAll(async () => {
  judgements = await judge(expectations, folder);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the suite', () => {
  test.each(expectations.map((expectation) => [expectation.name, expectation] as const))(
    'turns red what it must, and nothing else: %s',
    (name, { fails }) => {
      const judgement = judgements.find(({ subject }) => subject.name === name);

      expect(judgement?.verdict.outcomes.length).toBeGreaterThan(100);
      expect(judgement === undefined ? ['not judged'] : problemsOf(judgement, fails)).toEqual([]);
    },
  );
});
