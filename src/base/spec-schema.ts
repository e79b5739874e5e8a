import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AnySchemaObject, ErrorObject, ValidateFunction } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { ConfigurationError, reasonOf } from './errors.js';
import { ajv2020, ajvFormats } from './libraries.js';
import { builtPlace, packageRoot, writeBuilt } from './package-root.js';

const shown = 5;

export function parseJsonFile(text: string, place: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal(place, what, [`no JSON: ${reasonOf(error)}`]);
  }
}

const require = createRequire(import.meta.url);
const specFile = (name: string) => join(packageRoot(), 'spec', name);

/** Events hold parts of a verdict. */
const referencedBy = (file: string) => (file === 'events.schema.json' ? ['verdict.schema.json'] : []);

const builtPlaceOf = (file: string) => builtPlace(`${file}.cjs`, [file, ...referencedBy(file)].map(specFile));

let ajv: Ajv2020 | undefined;
const schemas = new Map<string, AnySchemaObject>();

/** The validator keeps the errors of its last call. */
export function specSchema<T>(file: string): ValidateFunction<T> {
  const built = builtPlaceOf(file);
  if (existsSync(built)) return require(built);
  ajv ??= emptyAjv();
  return compiled(file, ajv);
}

/** Compiles the schemas at build time, because compiling takes longer than all checks of a process. */
export function buildSchemas(): void {
  for (const file of readdirSync(specFile('')).filter((name) => name.endsWith('.schema.json'))) {
    const empty = emptyAjv();
    const standalone: typeof import('ajv/dist/standalone/index.js') = require('ajv/dist/standalone/index.js');
    writeBuilt(builtPlaceOf(file), standalone.default(empty, compiled(file, empty)));
  }
}

function compiled<T>(file: string, by: Ajv2020): ValidateFunction<T> {
  for (const other of referencedBy(file)) compiled(other, by);
  const schema: AnySchemaObject = schemas.get(file) ?? JSON.parse(readFileSync(specFile(file), 'utf8'));
  schemas.set(file, schema);
  // Ajv recognises a compiled schema by its object.
  return by.compile<T>(schema);
}

export function checkBy<T>(schemaFile: string, what: string): (value: unknown, place: string) => T {
  let validate: ValidateFunction<T> | undefined;
  return (value, place) => {
    validate ??= specSchema<T>(schemaFile);
    if (validate(value)) return value;
    throw refusal(place, what, (validate.errors ?? []).map(inWords));
  };
}

function inWords({ instancePath, keyword, params, message }: ErrorObject): string {
  const at = instancePath === '' ? '/' : instancePath;
  if (keyword === 'additionalProperties') return `${at}: unknown property ${params['additionalProperty']}`;
  if (keyword === 'enum') return `${at}: must be one of ${[params['allowedValues']].flat().join(', ')}`;
  if (keyword === 'const') return `${at}: must be ${JSON.stringify(params['allowedValue'])}`;
  return `${at}: ${message ?? keyword}`;
}

export function readBy<T>(schemaFile: string, what: string): (file: string) => T {
  const check = checkBy<T>(schemaFile, what);
  return (file) => check(parseJsonFile(readFileSync(file, 'utf8'), file, what), file);
}

function emptyAjv(): Ajv2020 {
  const { Ajv2020 } = ajv2020();
  const empty = new Ajv2020({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    // In a condition, strict mode demands the types and properties again that the schema declares outside of
    // it.
    strictTypes: false,
    strictRequired: false,
    logger: false,
    discriminator: true,
    // A self-test checks the schemas against the meta schema, which takes long to compile.
    meta: false,
    validateSchema: false,
    code: { source: true },
  });
  ajvFormats().default(empty);
  return empty;
}

export function refusal(place: string, what: string, problems: readonly string[]): ConfigurationError {
  const more = problems.length > shown ? [`and ${problems.length - shown} more`] : [];
  const lines = [...problems.slice(0, shown), ...more].map((problem) => `\n  ${problem}`);
  return new ConfigurationError(`${place} is not a valid ${what}:${lines.join('')}`);
}
