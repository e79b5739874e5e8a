import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';

const folder = join(packageRoot(), 'spec');
const files = readdirSync(folder).filter((name) => name.endsWith('.schema.json'));
const schemaIn = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

// The suite skips this check to be quick.
describe('the published schemas are schemas', () => {
  test.each(files)('%s', (file) => {
    const ajv = new Ajv2020({
      allowUnionTypes: true,
      strictTypes: false,
      strictRequired: false,
      discriminator: true,
    });
    ajvFormats.default(ajv);
    if (file === 'events.schema.json') ajv.addSchema(schemaIn('verdict.schema.json'));

    expect(() => ajv.compile(schemaIn(file))).not.toThrow();
  });

  test('all are there', () => {
    expect(files).toContain('events.schema.json');
    expect(files).toContain('target.schema.json');
  });

  test('an invalid file is reported', () => {
    const ajv = new Ajv2020({ logger: false });

    expect(() => ajv.compile({ ...schemaIn('planned.schema.json'), type: 'nothing' })).toThrow(
      /schema is invalid/,
    );
  });
});
