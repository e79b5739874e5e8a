import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { builtPlace, packageRoot } from '../../src/base/package-root.js';
import { specSchema } from '../../src/base/spec-schema.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { temporaryFolder } from '../cli/suite.js';

test('the built file of the catalogue agrees with its files', () => {
  expect(loadRequirements()).toEqual(loadRequirements(join(packageRoot(), 'spec', 'requirements')));
});

test('the built file of a schema checks by it', () => {
  const schema = join(packageRoot(), 'spec', 'planned.schema.json');
  const check = specSchema('planned.schema.json');

  expect(builtPlace('planned.schema.json.cjs', [schema])).toMatch(/planned\.schema\.json-[0-9a-f]{16}\.cjs$/);
  expect(check({})).toBe(false);
  expect(check.errors?.map(({ keyword }) => keyword)).toContain('required');
});

test('the built file of a file is not used for another content, name or set of files', () => {
  const folder = temporaryFolder();
  const [one, other] = [join(folder, 'one.yaml'), join(folder, 'other.yaml')];
  writeFileSync(one, 'a: 1');
  writeFileSync(other, 'a: 1');
  const placesOf = (...files: string[][]) => files.map((each) => builtPlace('x.json', each));
  const before = placesOf([one], [other], [one, other]);
  writeFileSync(one, 'a: 2');

  expect(new Set([...before, ...placesOf([one])]).size).toBe(4);
});

const spec = join(packageRoot(), 'spec');
const files = readdirSync(spec).filter((name) => name.endsWith('.schema.json'));
const schemaIn = (file: string) => JSON.parse(readFileSync(join(spec, file), 'utf8'));

// Runs of the suite skip this check to save time.
test.each(files)('the published schemas are schemas: %s', (file) => {
  const lax = { allowUnionTypes: true, strictTypes: false, strictRequired: false };
  const ajv = new Ajv2020({ ...lax, discriminator: true });
  ajvFormats.default(ajv);
  if (file === 'events.schema.json') ajv.addSchema(schemaIn('verdict.schema.json'));

  expect(() => ajv.compile(schemaIn(file))).not.toThrow();
});

test('the published schemas are schemas: all are there', () => {
  expect(files).toContain('events.schema.json');
  expect(files).toContain('target.schema.json');
});

test('the published schemas are schemas: an invalid file is reported', () => {
  const ajv = new Ajv2020({ logger: false });

  const invalid = { ...schemaIn('planned.schema.json'), type: 'nothing' };
  expect(() => ajv.compile(invalid)).toThrow(/schema is invalid/);
});
