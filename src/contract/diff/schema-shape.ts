import type { SourceDocument } from '../openapi/document.js';
import { isObject, type JsonObject, type Located, pointerTo } from '../openapi/pointers.js';
import { schemaNameOf } from '../openapi/properties.js';

/** A schema as far as two of them are compared: references in place, `allOf` put together. */
export interface SchemaShape {
  /** Its name among the document's components; undefined for one that stands in another. */
  readonly name: string | undefined;
  /** Without null; empty where any type will do. */
  readonly types: readonly string[];
  readonly nullable: boolean;
  /** The values, those that are no strings as JSON, without null; undefined where there is no enumeration. */
  readonly values: readonly string[] | undefined;
  readonly properties: ReadonlyMap<string, PropertyShape>;
  readonly items: SchemaShape | undefined;
  /** No other properties than these. */
  readonly closed: boolean;
  /** minLength, pattern, format and their like. */
  readonly limits: ReadonlyMap<string, string | number>;
  /** JSON text. */
  readonly defaultValue: string | undefined;
  /** JSON text of what can't be compared part by part (anyOf, oneOf, not); undefined where there is nothing such. */
  readonly rest: string | undefined;
}

export interface PropertyShape {
  /** The named schema that it belongs to: for a part of an `allOf`, that part. */
  readonly owner: string;
  readonly schema: SchemaShape;
  readonly required: boolean;
  readonly deprecated: boolean;
  /** In answers only, or in requests only. */
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
}

const limitNames = [
  ...['format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum'],
  ...[
    'exclusiveMaximum',
    'multipleOf',
    'minItems',
    'maxItems',
    'uniqueItems',
    'minProperties',
    'maxProperties',
  ],
];

export function schemaShape(document: SourceDocument, node: Located, outer = ''): SchemaShape {
  const { value, pointer } = document.resolve(node);
  const name = schemaNameOf(pointer);
  const owner = name ?? outer;
  if (!isObject(value)) return { ...anything, name };
  const parts = ['allOf']
    .flatMap((keyword) => list(value[keyword], pointerTo(pointer, keyword)))
    .map((part) => schemaShape(document, part, owner));
  const alternatives = ['anyOf', 'oneOf'].flatMap((keyword) =>
    list(value[keyword], pointerTo(pointer, keyword)).map((part) => schemaShape(document, part, owner)),
  );
  // `anyOf: [null, X]` is how OpenAPI 3.1 says that X may be null.
  const nullAlternative = alternatives.some(isNull);
  const others = alternatives.filter((each) => !isNull(each));
  const [only] = others;
  const merged = only !== undefined && others.length === 1 ? [...parts, only] : parts;
  const own = ownShape(document, { value, pointer }, owner, name);
  const rest = others.length > 1 || value['not'] !== undefined ? textOf([others, value['not']]) : undefined;
  const whole = merged.reduce(together, own);
  const orNull = own.nullable || nullAlternative;
  return {
    ...whole,
    name,
    nullable:
      orNull || (own.types.length === 0 && merged.length > 0 && merged.every((part) => part.nullable)),
    rest: rest ?? whole.rest,
  };
}

const anything: SchemaShape = {
  name: undefined,
  types: [],
  nullable: false,
  values: undefined,
  properties: new Map(),
  items: undefined,
  closed: false,
  limits: new Map(),
  defaultValue: undefined,
  rest: undefined,
};

function ownShape(
  document: SourceDocument,
  node: Located & { readonly value: JsonObject },
  owner: string,
  name: string | undefined,
): SchemaShape {
  const { value, pointer } = node;
  const declared = Array.isArray(value['type']) ? value['type'].map(String) : [value['type']].flatMap(textIn);
  const required = Array.isArray(value['required']) ? value['required'].map(String) : [];
  const members = document.members(document.member(node, 'properties'));
  const values = Array.isArray(value['enum']) ? value['enum'] : undefined;
  const items = isObject(value['items'])
    ? schemaShape(document, { value: value['items'], pointer: pointerTo(pointer, 'items') }, `${owner}[]`)
    : undefined;
  const properties = members.map(([member, inner]): [string, PropertyShape] => {
    const { value: resolved } = document.resolve(inner);
    const flags = isObject(resolved) ? resolved : {};
    const property: PropertyShape = {
      owner,
      schema: schemaShape(document, inner, `${owner}.${member}`),
      required: required.includes(member),
      deprecated: flags['deprecated'] === true,
      readOnly: flags['readOnly'] === true,
      writeOnly: flags['writeOnly'] === true,
    };
    return [member, property];
  });
  return {
    name,
    // Left out by many where the properties say it.
    types: typesOf(declared, members.length > 0),
    nullable: value['nullable'] === true || declared.includes('null'),
    values: values
      ?.filter((each: unknown) => each !== null)
      .map((each: unknown) => (typeof each === 'string' ? each : textOf(each)))
      .sort(),
    properties: new Map(properties),
    items,
    closed: value['additionalProperties'] === false,
    limits: new Map(
      limitNames.flatMap((limit): [string, string | number][] => {
        const content = value[limit];
        if (typeof content === 'boolean') return content ? [[limit, 'true']] : [];
        return typeof content === 'string' || typeof content === 'number' ? [[limit, content]] : [];
      }),
    ),
    defaultValue: value['default'] === undefined ? undefined : textOf(value['default']),
    rest: undefined,
  };
}

function typesOf(declared: readonly string[], hasProperties: boolean): string[] {
  const types = declared.filter((type) => type !== 'null').sort();
  return types.length === 0 && hasProperties ? ['object'] : types;
}

/** What fulfils both: as much of it as matters for a comparison. */
function together(one: SchemaShape, other: SchemaShape): SchemaShape {
  const types = one.types.length === 0 ? other.types : one.types;
  const both = one.values?.filter((value) => other.values?.includes(value) ?? true) ?? other.values;
  return {
    name: one.name,
    types,
    nullable: one.nullable,
    values: both,
    properties: new Map([...other.properties, ...one.properties]),
    items: one.items ?? other.items,
    closed: one.closed || other.closed,
    limits: new Map([...other.limits, ...one.limits]),
    defaultValue: one.defaultValue ?? other.defaultValue,
    rest: one.rest ?? other.rest,
  };
}

function isNull({ types, nullable, values, properties }: SchemaShape): boolean {
  return types.length === 0 && properties.size === 0 && (nullable || values?.length === 0);
}

function list(value: unknown, pointer: string): Located[] {
  if (!Array.isArray(value)) return [];
  return value.map((each: unknown, index) => ({ value: each, pointer: pointerTo(pointer, String(index)) }));
}

function textIn(value: unknown): string[] {
  return typeof value === 'string' ? [value] : [];
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (inner instanceof Map ? [...inner] : inner)) ?? '';
}
