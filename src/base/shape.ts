import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';

declare const shaped: unique symbol;

/** A JSON schema for data between the suite's own processes, with the type of its values. */
export type Shape<T> = AnySchemaObject & { readonly [shaped]?: T };

/** The type of values that match a shape. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

export const shape = <T>(schema: AnySchemaObject): Shape<T> => schema;

export const shapes = {
  text: shape<string>({ type: 'string' }),
  number: shape<number>({ type: 'number' }),
  flag: shape<boolean>({ type: 'boolean' }),
  listOf: <T>(items: Shape<T>) => shape<readonly T[]>({ type: 'array', items }),
  mapOf: <T>(values: Shape<T>) =>
    shape<Readonly<Record<string, T>>>({ type: 'object', additionalProperties: values }),
  oneOf: <const T extends string>(values: readonly T[]) => shape<T>({ enum: values }),
  orNull: <T>(schema: Shape<T>) => shape<T | null>({ anyOf: [schema, { type: 'null' }] }),
};

type Members = Readonly<Record<string, Shape<unknown>>>;
type ObjectOf<M extends Members, Optional extends keyof M> = {
  readonly [Name in Exclude<keyof M, Optional>]: Shaped<M[Name]>;
} & { readonly [Name in Optional]?: Shaped<M[Name]> };

/** Values may have further members. */
export function objectOf<M extends Members>(members: M): Shape<ObjectOf<M, never>>;
export function objectOf<M extends Members, Optional extends keyof M>(
  members: M,
  optional: readonly Optional[],
): Shape<ObjectOf<M, Optional>>;
export function objectOf(members: Members, optional: readonly string[] = []): Shape<unknown> {
  const required = Object.keys(members).filter((name) => !optional.includes(name));
  return { type: 'object', properties: members, required };
}

/** TypeScript checks these schemas already; the meta schema would take longer to compile than they do. */
const quick = { strictTypes: false, logger: false, meta: false, validateSchema: false } as const;

/** Makes a type guard from a shape, which is compiled at the first call. */
export function shapedLike<T>(schema: Shape<T>): (value: unknown) => value is T {
  let validate: ValidateFunction<T> | undefined;
  return (value): value is T => {
    validate ??= new Ajv2020(quick).compile<T>(schema);
    return validate(value);
  };
}

/** Undefined for a text that is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses JSON of a shape; undefined for other text, such as a line that a kill cut off. */
export function jsonOf<T>(text: string, isShaped: (value: unknown) => value is T): T | undefined {
  const value = parsedJson(text);
  return isShaped(value) ? value : undefined;
}

/** All members of a JSON value with their names, at any depth. A recursion would fail on hostile depths. */
export function* membersIn(value: unknown): Generator<readonly [name: string, value: unknown]> {
  const open = [value];
  // The list grows during the loop.
  for (const each of open) {
    if (typeof each !== 'object' || each === null) continue;
    for (const member of Object.entries(each)) {
      yield member;
      open.push(member[1]);
    }
  }
}
