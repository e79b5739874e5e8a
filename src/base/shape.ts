import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';

const text: AnySchemaObject = { type: 'string' };
const number: AnySchemaObject = { type: 'number' };
const flag: AnySchemaObject = { type: 'boolean' };

/** Building blocks of schemas for JSON between the suite's own processes. */
export const shapes = {
  text,
  number,
  flag,
  listOf: (items: AnySchemaObject): AnySchemaObject => ({ type: 'array', items }),
  mapOf: (values: AnySchemaObject): AnySchemaObject => ({ type: 'object', additionalProperties: values }),
  oneOf: (values: readonly string[]): AnySchemaObject => ({ enum: values }),
  orNull: (schema: AnySchemaObject): AnySchemaObject => ({ anyOf: [schema, { type: 'null' }] }),
};

/** The schema of an object type, which must name every member. Values may have further members. */
export function objectOf<T extends object>(
  members: { readonly [Name in keyof Required<T>]: AnySchemaObject },
  optional: readonly (keyof T & string)[] = [],
): AnySchemaObject {
  const required = Object.keys(members).filter((name) => optional.every((each) => each !== name));
  return { type: 'object', properties: members, required };
}

/** TypeScript checks these schemas already; the meta schema would take longer to compile than they do. */
const quick = { strictTypes: false, logger: false, meta: false, validateSchema: false } as const;

/** Makes a type guard from a schema, which is compiled at the first call. */
export function shapedLike<T>(schema: AnySchemaObject): (value: unknown) => value is T {
  let validate: ValidateFunction<T> | undefined;
  return (value): value is T => {
    validate ??= new Ajv2020(quick).compile<T>(schema);
    return validate(value);
  };
}

/** Parses JSON of a shape; undefined for other text, such as a line that a kill cut off. */
export function jsonOf<T>(text: string, isShaped: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isShaped(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
