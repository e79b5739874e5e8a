import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';

const text: AnySchemaObject = { type: 'string' };
const number: AnySchemaObject = { type: 'number' };
const flag: AnySchemaObject = { type: 'boolean' };

/** Pieces of the shapes of what the suite's own processes write for each other. */
export const shapes = {
  text,
  number,
  flag,
  listOf: (items: AnySchemaObject): AnySchemaObject => ({ type: 'array', items }),
  mapOf: (values: AnySchemaObject): AnySchemaObject => ({ type: 'object', additionalProperties: values }),
  oneOf: (values: readonly string[]): AnySchemaObject => ({ enum: values }),
  orNull: (schema: AnySchemaObject): AnySchemaObject => ({ anyOf: [schema, { type: 'null' }] }),
};

/** Of an object: every member of the type has to be named. Further members may be there. */
export function objectOf<T extends object>(
  members: { readonly [Name in keyof Required<T>]: AnySchemaObject },
  optional: readonly (keyof T & string)[] = [],
): AnySchemaObject {
  const required = Object.keys(members).filter((name) => optional.every((each) => each !== name));
  return { type: 'object', properties: members, required };
}

/** The types of the members see to what the schema of schemas would, which takes longer to compile than a shape. */
const quick = { strictTypes: false, logger: false, meta: false, validateSchema: false } as const;

/** Whether a value from outside has the shape of a type; the schema is compiled with the first one. */
export function shapedLike<T>(schema: AnySchemaObject): (value: unknown) => value is T {
  let validate: ValidateFunction<T> | undefined;
  return (value): value is T => {
    validate ??= new Ajv2020(quick).compile<T>(schema);
    return validate(value);
  };
}

/** JSON of a shape; undefined for anything else, such as a text that a kill has cut off. */
export function jsonOf<T>(text: string, isShaped: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isShaped(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
