import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnySchemaObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { ConfigurationError } from './errors.js';
import { packageRoot } from './package-root.js';

/** More problems than this are of one kind, or the file is something else altogether. */
const shown = 5;

/** @throws ConfigurationError for text that is no JSON */
export function parseJsonFile(text: string, place: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal(place, what, [`no JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/**
 * Checks values that came from outside by a schema in spec/, which is read with the first one.
 *
 * @param what the values are, for the message: `plan`
 * @returns the check: the value itself, or a ConfigurationError that names the place and what is wrong at which
 *   JSON pointer
 */
export function checkBy<T>(schemaFile: string, what: string): (value: unknown, place: string) => T {
  let validate: ValidateFunction<T> | undefined;
  return (value, place) => {
    validate ??= compile<T>(schemaFile);
    if (validate(value)) return value;
    const problems = (validate.errors ?? []).map(
      ({ instancePath, message, keyword }) =>
        `${instancePath === '' ? '/' : instancePath}: ${message ?? keyword}`,
    );
    throw refusal(place, what, problems);
  };
}

function compile<T>(file: string): ValidateFunction<T> {
  const schemaIn = (name: string): AnySchemaObject =>
    JSON.parse(readFileSync(join(packageRoot(), 'spec', name), 'utf8'));
  // The events of a run differ by their type.
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    logger: false,
    discriminator: true,
  });
  ajvFormats.default(ajv);
  const schema = schemaIn(file);
  // They hold parts of its verdict.
  if (file === 'events.schema.json') ajv.addSchema(schemaIn('verdict.schema.json'));
  return ajv.compile<T>(schema);
}

function refusal(place: string, what: string, problems: readonly string[]): ConfigurationError {
  const more = problems.length > shown ? [`and ${problems.length - shown} more`] : [];
  const lines = [...problems.slice(0, shown), ...more].map((problem) => `\n  ${problem}`);
  return new ConfigurationError(`${place} is not a valid ${what}:${lines.join('')}`);
}
