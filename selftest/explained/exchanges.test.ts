import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { exchangesFile, loadExchanges } from '../../src/contract/requirements/exchanges.js';

const recorded = [...loadExchanges()];

describe('the recorded exchanges (record again: npm run generate -- explain)', () => {
  test('are of all requirements, in the order of the catalogue', () => {
    expect(recorded.map(([id]) => id)).toEqual(loadRequirements().map(({ id }) => id));
  });

  test('fail by a fault of the requirement, with the expectation', () => {
    const known = new Map(faults.map(({ id, fails }) => [id, fails]));
    const wrong = recorded.filter(
      ([id, { fails }]) => known.get(fails.fault)?.includes(id) !== true || fails.expected === '',
    );

    expect(wrong.map(([id, { fails }]) => `${id}: ${fails.fault}`)).toEqual([]);
  });

  test('hold nothing that differs from run to run', () => {
    const differing = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|127\.0\.0\.1:\d+|\d\d:\d\d:\d\d|\{\{/g;

    expect(JSON.stringify(recorded).match(differing)).toBeNull();
  });

  test('are small', () => {
    expect(statSync(exchangesFile).size).toBeLessThan(400_000);
  });
});
