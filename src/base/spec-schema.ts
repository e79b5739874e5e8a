import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AnySchemaObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import ajvFormats from 'ajv-formats';
import { builtPlace, writeBuilt } from './built.js';
import { ConfigurationError, reasonOf } from './errors.js';
import { packageRoot } from './package-root.js';

/** More problems than this are of one kind, or the file is something else altogether. */
const shown = 5;

/** @throws ConfigurationError for text that is no JSON */
export function parseJsonFile(text: string, place: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal(place, what, [`no JSON: ${reasonOf(error)}`]);
  }
}

const require = createRequire(import.meta.url);
const specFile = (name: string) => join(packageRoot(), 'spec', name);

/** What a schema refers to: the events of a run hold parts of its verdict. */
const othersOf = (file: string) => (file === 'events.schema.json' ? ['verdict.schema.json'] : []);

const placeOfBuilt = (file: string) => builtPlace(`${file}.cjs`, [file, ...othersOf(file)].map(specFile));

/** By schema: where the build has put the check by it; null where it has not, or the schema was changed since. */
const places = new Map<string, string | null>();

let ajv: Ajv2020 | undefined;
const schemas = new Map<string, AnySchemaObject>();

/** The check by a schema in spec/; its errors are on it afterwards. */
export function specSchema<T>(file: string): ValidateFunction<T> {
  let place = places.get(file);
  if (place === undefined) {
    const built = placeOfBuilt(file);
    place = existsSync(built) ? built : null;
    places.set(file, place);
  }
  if (place !== null) return require(place);
  ajv ??= emptyAjv();
  return compiled(file, ajv);
}

/** A step of the build: compiling takes each process of a run longer than all its checks. */
export function buildSchemas(): void {
  for (const file of readdirSync(specFile('')).filter((name) => name.endsWith('.schema.json'))) {
    const empty = emptyAjv();
    writeBuilt(placeOfBuilt(file), standalone.default(empty, compiled(file, empty)));
  }
}

function compiled<T>(file: string, by: Ajv2020): ValidateFunction<T> {
  for (const other of othersOf(file)) compiled(other, by);
  const schema: AnySchemaObject = schemas.get(file) ?? JSON.parse(readFileSync(specFile(file), 'utf8'));
  schemas.set(file, schema);
  // What was compiled before is not again.
  return by.compile<T>(schema);
}

/**
 * Checks values that came from outside by a schema in spec/, which is read with the first one.
 *
 * @param what the values are, for the message: `plan`
 * @returns the check: the value itself, or a ConfigurationError that names the place and what is wrong at which
 *   JSON pointer
 */
export function checkBy<T>(schemaFile: string, what: string): (value: unknown, place: string) => T {
  return (value, place) => {
    const validate = specSchema<T>(schemaFile);
    if (validate(value)) return value;
    const problems = (validate.errors ?? []).map(
      ({ instancePath, message, keyword }) =>
        `${instancePath === '' ? '/' : instancePath}: ${message ?? keyword}`,
    );
    throw refusal(place, what, problems);
  };
}

function emptyAjv(): Ajv2020 {
  const empty = new Ajv2020({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    // Conditions name properties that are required and typed beside them, which strict mode can't see.
    strictTypes: false,
    strictRequired: false,
    logger: false,
    // The events of a run differ by their type.
    discriminator: true,
    // A self-test holds them against the schema of schemas, which takes longer to compile than they do.
    meta: false,
    validateSchema: false,
    code: { source: true },
  });
  ajvFormats.default(empty);
  return empty;
}

function refusal(place: string, what: string, problems: readonly string[]): ConfigurationError {
  const more = problems.length > shown ? [`and ${problems.length - shown} more`] : [];
  const lines = [...problems.slice(0, shown), ...more].map((problem) => `\n  ${problem}`);
  return new ConfigurationError(`${place} is not a valid ${what}:${lines.join('')}`);
}
