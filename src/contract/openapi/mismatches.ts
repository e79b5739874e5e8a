import type { ErrorObject } from 'ajv';
import type { Mismatch } from './contract.js';
import type { JsonObject } from './document.js';

/** A rule that a value breaks, with its pointer into the document. */
export interface Broken {
  readonly error: ErrorObject;
  /** The schema that the rule is part of. */
  readonly rule: JsonObject;
  readonly pointer: string;
}

/** Every broken rule once, in words; a value of the wrong type is not blamed for its limits as well. */
export function mismatchesOf(broken: readonly Broken[]): Mismatch[] {
  const ofWrongType = (one: Broken) =>
    broken.some(
      ({ error, rule }) =>
        error.keyword === 'type' && rule === one.rule && error.instancePath === one.error.instancePath,
    );
  const mismatches = broken
    // What a condition led to is told by itself.
    .filter(({ error }) => error.keyword !== 'if')
    .filter((one) => one.error.keyword === 'type' || !ofWrongType(one))
    .map(({ error, rule, pointer }) => ({
      instancePath: error.instancePath,
      message: inWords(error, rule),
      contractPointer: pointer,
    }));
  const keyed = mismatches.map((one): [string, Mismatch] => [JSON.stringify(one), one]);
  return [...new Map(keyed).values()];
}

/** The JSON type of a value, with an article; what a message may tell of it. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** What the rule wants against the kind of thing that came; the contract's own words may be shown, not the value. */
function inWords(error: ErrorObject, rule: JsonObject): string {
  const got = kindOf(error.data);
  const orNull = rule['nullable'] === true ? ' or null' : '';
  const { keyword, schema } = error;
  switch (keyword) {
    case 'type':
      return `wanted ${typesOf(rule)}${orNull}, got ${got}`;
    case 'enum': {
      const values = Array.isArray(schema) ? schema.filter((value) => value !== null).join(', ') : '';
      return `wanted one of ${values}${orNull}, got ${typeof error.data === 'string' ? 'another string' : got}`;
    }
    case 'required':
      return `wanted the property ${String(error.params['missingProperty'])}, got none`;
    case 'additionalProperties':
      return 'wanted the documented properties only, got another one';
    case 'format':
    case 'pattern':
      return `wanted ${got} of the ${keyword} ${String(schema)}, got another one`;
    default:
      // A number in the document, never one of the value: minLength, maximum, multipleOf and their like.
      return ['number', 'boolean'].includes(typeof schema)
        ? `wanted ${keyword} ${String(schema)}, got ${got} that departs from it`
        : `wanted ${keyword} to hold, got ${got} for which it does not`;
  }
}

function typesOf({ type }: JsonObject): string {
  const types = Array.isArray(type) ? type.map(String) : [String(type)];
  return types.map((each) => (each === 'null' ? each : withArticle(each))).join(' or ');
}

function withArticle(type: string): string {
  return `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;
}
