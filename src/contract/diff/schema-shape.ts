import type { SourceDocument } from '../openapi/document.js';
import { isObject, itemsOf, type JsonObject, type Located, pointerTo } from '../openapi/pointers.js';
import { schemaNameOf } from '../openapi/properties.js';

/** The parts of a schema that a comparison looks at, with references resolved and `allOf` merged. */
export interface SchemaShape {
  /** Its name among the document's components; undefined for an inline schema. */
  readonly name: string | undefined;
  /** The types without null; empty: any type. */
  readonly types: readonly string[];
  readonly nullable: boolean;
  /** The allowed values without null, as text or JSON; undefined: no enumeration. */
  readonly values: readonly string[] | undefined;
  readonly properties: ReadonlyMap<string, PropertyShape>;
  readonly items: SchemaShape | undefined;
  /** Whether other properties are forbidden. */
  readonly closed: boolean;
  /** Limits such as minLength, pattern and format. */
  readonly limits: ReadonlyMap<string, string | number>;
  /** JSON text. */
  readonly defaultValue: string | undefined;
  /** JSON text of parts that only compare as a whole (anyOf, oneOf, not); undefined: none. */
  readonly rest: string | undefined;
}

export interface PropertyShape {
  /** The named schema that holds the property; within `allOf`, the part. */
  readonly owner: string;
  readonly schema: SchemaShape;
  readonly required: boolean;
  readonly deprecated: boolean;
  /** Only in answers, or only in requests. */
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
}

const limitNames = [
  ...['format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'multipleOf'],
  ...['exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minProperties', 'maxProperties'],
];

export function schemaShape(document: SourceDocument, node: Located, outer = ''): SchemaShape {
  const { value, pointer } = document.resolve(node);
  const name = schemaNameOf(pointer);
  const owner = name ?? outer;
  if (!isObject(value)) return { ...anything, name };
  const shapesOf = (keyword: 'allOf' | 'anyOf' | 'oneOf') =>
    itemsOf(value[keyword], pointerTo(pointer, keyword)).map((part) => schemaShape(document, part, owner));
  const parts = shapesOf('allOf');
  const alternatives = [...shapesOf('anyOf'), ...shapesOf('oneOf')];
  // `anyOf: [null, X]` is OpenAPI 3.1 for a nullable X.
  const nullAlternative = alternatives.some(isNull);
  const others = alternatives.filter((each) => !isNull(each));
  const [only] = others;
  const all = only !== undefined && others.length === 1 ? [...parts, only] : parts;
  const own = ownShape(document, { value, pointer }, owner, name);
  const rest = others.length > 1 || value['not'] !== undefined ? textOf([others, value['not']]) : undefined;
  const whole = all.reduce(merged, own);
  const orNull = own.nullable || nullAlternative;
  return {
    ...whole,
    name,
    nullable: orNull || (own.types.length === 0 && all.length > 0 && all.every((part) => part.nullable)),
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
  const declared = Array.isArray(value['type'])
    ? value['type'].map(String)
    : [value['type']].filter((type) => typeof type === 'string');
  const types = declared.filter((type) => type !== 'null').sort();
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
    // Many documents omit the type beside properties.
    types: types.length === 0 && members.length > 0 ? ['object'] : types,
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

/** Merges two parts of an `allOf`, as far as a comparison needs. */
function merged(one: SchemaShape, other: SchemaShape): SchemaShape {
  const types = one.types.length === 0 ? other.types : one.types;
  const both = one.values?.filter((value) => other.values?.includes(value) ?? true) ?? other.values;
  return {
    ...one,
    types,
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

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (inner instanceof Map ? [...inner] : inner)) ?? '';
}
