import type { ErrorObject } from 'ajv';
import { groupBy } from '../../base/group.js';
import { specSchema } from '../../base/spec-schema.js';
import type { ConfigDocument } from './document.js';
import { didYouMean } from './nearest.js';
import type { KeyPath } from './problems.js';

/** Returns a valid value, or reports each place that breaks the schema. `hint` may replace the advice. */
export function checkSchema<T>(
  document: ConfigDocument,
  schemaFile: string,
  hint: (path: KeyPath, keyword: string) => string | undefined = () => undefined,
): T | undefined {
  const validate = specSchema<T>(schemaFile);
  const { value } = document;
  if (validate(value)) return value;
  for (const group of groupBy(validate.errors ?? [], ({ instancePath }) => instancePath).values()) {
    for (const error of decisive(group)) {
      const { path, at, text } = describe(error, document);
      document.problem(path, hint(path, error.keyword) ?? text, at);
    }
  }
  return undefined;
}

interface Params {
  readonly additionalProperty?: string;
  readonly missingProperty?: string;
  readonly property?: string;
  readonly type?: string | readonly string[];
  readonly allowedValues?: readonly unknown[];
  readonly limit?: number;
  readonly pattern?: string;
}

/** Drops errors that follow from another error at the same place. */
function decisive(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const paramsOf = (error: ErrorObject): Params => error.params;
  const cause =
    errors.find((error) => error.keyword === 'type' && typeof paramsOf(error).type === 'object') ??
    errors.find((error) => error.keyword === 'enum') ??
    errors.find((error) => error.keyword === 'type');
  if (cause !== undefined) return [cause];
  return errors.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'if');
}

function describe(
  error: ErrorObject,
  document: ConfigDocument,
): { readonly path: KeyPath; readonly at: 'value' | 'key'; readonly text: string } {
  const path = pathOf(error.instancePath, document.value);
  const params: Params = error.params;
  const rule: { [keyword: string]: unknown; properties?: Record<string, { description?: string }> } =
    error.parentSchema ?? {};
  const { properties = {} } = rule;
  const { additionalProperty = '', missingProperty = '', property } = params;
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = Object.keys(properties);
      const meant = didYouMean(additionalProperty, known);
      const text = `unknown key${meant === '' ? `; known here: ${known.join(', ')}` : meant}`;
      return { path: [...path, additionalProperty], at: 'key', text };
    }
    case 'required':
    case 'dependentRequired': {
      const why = error.keyword === 'required' ? '' : `: ${property} needs it`;
      const what = properties[missingProperty]?.description;
      const text = `missing${why}${what === undefined ? '' : `. ${what}`}`;
      return { path: [...path, missingProperty], at: 'key', text };
    }
    case 'type':
      return { path, at: 'value', text: wrongType(params.type, error.data) };
    case 'enum':
      return { path, at: 'value', text: notOneOf(error.data, params.allowedValues ?? []) };
    default:
      return {
        path,
        at: 'value',
        text: advice[error.keyword]?.(params) ?? `breaks the rule ${error.keyword}`,
      };
  }
}

const advice: Readonly<Record<string, (params: Params) => string>> = {
  minLength: () => 'is empty: write a value, or leave the key out',
  minItems: () => 'is empty: write at least one',
  uniqueItems: () => 'names something twice',
  minimum: ({ limit }) => `must be ${limit} or more`,
  exclusiveMinimum: ({ limit }) => `must be more than ${limit}`,
  maximum: ({ limit }) => `must be ${limit} or less`,
  pattern: ({ pattern }) => `must match ${pattern}`,
};

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'keys with values',
  array: 'a list: [ … ]',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
};

/** Never quotes the value, which may be a password. */
function wrongType(expected: unknown, value: unknown): string {
  const type = Array.isArray(expected) ? 'string' : String(expected);
  const must = `must be ${typeNames[type] ?? type}`;
  if (value === null) return `is empty: ${must}; or leave the key out`;
  if (type === 'string' && typeof value === 'number') return `${must}, not a number: put it in quotes`;
  if (type === 'string' && typeof value === 'boolean') return `${must}, not true or false: put it in quotes`;
  if (typeof value !== 'string' || type === 'object' || type === 'array') return must;
  return `${must}, without quotes; an environment variable can't stand here`;
}

export function notOneOf(value: unknown, allowed: readonly unknown[]): string {
  const values = allowed.map(String);
  const meant = typeof value === 'string' ? didYouMean(value, values) : '';
  return `must be one of ${values.join(', ')}${meant}`;
}

function pathOf(pointer: string, root: unknown): KeyPath {
  const path: (string | number)[] = [];
  let value = root;
  for (const raw of pointer.split('/').slice(1)) {
    const part = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      path.push(Number(part));
      value = value[Number(part)];
    } else {
      path.push(part);
      value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
    }
  }
  return path;
}
