import { expect, test } from 'vitest';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { loadClaims } from '../../src/verdict/statement/claims.js';
import { sourceAt, sourcesIn } from '../structure/sources.js';

const claims = loadClaims();
const names = claims.map(({ name }) => name);

test('spec/claims.yaml describes each claim that a requirement names, and no other', () => {
  const named = new Set(loadRequirements().flatMap(({ claim }) => claim ?? []));

  expect([...new Set(names)].sort()).toEqual([...named].sort());
  expect(new Set(names).size).toBe(names.length);
});

test('spec/statement.schema.json knows the claims of spec/claims.yaml (npm run generate)', () => {
  const schema = JSON.parse(sourceAt('spec/statement.schema.json').text);
  const known = Object.entries(schema.properties.claims.properties);

  expect(known).toEqual(
    claims.map(({ name, text, whenTrue, count }) => [
      name,
      count === undefined
        ? { type: 'boolean', description: `${text} True: ${whenTrue}` }
        : {
            anyOf: [{ type: 'boolean' }, { type: 'integer', minimum: 1 }],
            description: `${text} True: ${whenTrue} A number: within a number of ${count.unit}.`,
          },
    ]),
  );
});

test('each fact that a claim names is one that a test notes', () => {
  const tests = sourcesIn('tests').map(({ text }) => text);
  const facts = claims.flatMap((claim) => claim.facts);
  const noted = (fact: string) =>
    tests.some((text) => text.includes(`facts.note('${fact}'`) || text.includes(`facts.measure('${fact}'`));

  expect(facts.length).toBeGreaterThan(2);
  expect(facts.filter((fact) => !noted(fact))).toEqual([]);
});

test('a fact of each countable claim is measured by a test of its requirements', () => {
  const counting = claims.filter(({ count }) => count !== undefined);
  const byClaim = (name: string) =>
    loadRequirements().flatMap(({ id, claim }) => (claim === name ? [String(id)] : []));

  expect(counting.length).toBeGreaterThan(0);
  for (const { name, facts, count } of counting) {
    expect([...(count?.factOf.values() ?? [])].sort()).toEqual([...facts].sort());
    expect(byClaim(name)).toEqual(expect.arrayContaining([...(count?.factOf.keys() ?? [])]));
  }
});
