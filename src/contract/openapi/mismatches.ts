import type { ErrorObject } from 'ajv';
import type { BrokenRule } from '../../base/model/breach.js';
import type { Mismatch } from './contract.js';
import type { JsonObject } from './pointers.js';

/** A rule that a value breaks, with its pointer into the document. */
export interface Broken {
  readonly error: ErrorObject;
  /** The schema that holds the rule. */
  readonly rule: JsonObject;
  readonly pointer: string;
}

/** Every broken rule once. A value of the wrong type does not break its limits as well. */
export function mismatchesOf(broken: readonly Broken[]): Mismatch[] {
  const ofWrongType = (one: Broken) =>
    broken.some(
      ({ error, rule }) =>
        error.keyword === 'type' && rule === one.rule && error.instancePath === one.error.instancePath,
    );
  const mismatches = broken
    // An `if` only repeats the error of its branch.
    .filter(({ error }) => error.keyword !== 'if')
    .filter((one) => one.error.keyword === 'type' || !ofWrongType(one))
    .map(({ error, rule, pointer }) => ({
      instancePath: error.instancePath,
      rule: ruleOf(error, rule),
      contractPointer: pointer,
    }));
  const keyed = mismatches.map((one): [string, Mismatch] => [JSON.stringify(one), one]);
  return [...new Map(keyed).values()];
}

/** The JSON type of a value, which is no secret. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function ruleOf({ keyword, schema, params, data }: ErrorObject, rule: JsonObject): BrokenRule {
  const orNull = rule['nullable'] === true && (keyword === 'type' || keyword === 'enum') ? ['null'] : [];
  // Only the document's side: types, values, formats and limits, never the value itself.
  const said: unknown =
    keyword === 'type' ? rule['type'] : keyword === 'required' ? params['missingProperty'] : schema;
  const texts = (Array.isArray(said) ? said : [said]).filter(
    (each) => each !== null && typeof each !== 'object',
  );
  return { keyword, demands: [...texts.map(String), ...orNull], seen: kindOf(data) };
}
