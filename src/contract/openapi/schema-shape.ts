import { createHash } from 'node:crypto';
import type { SourceDocument } from './document.js';
import { isObject, itemsOf, type Located, type LocatedObject, pointerTo, schemaNameOf } from './pointers.js';

/** What comparisons and generated bodies need of a schema; references are resolved, `allOf` is merged. */
export interface SchemaShape {
  readonly name: string | undefined;
  /** The types without null; empty: any type. */
  readonly types: readonly string[];
  readonly nullable: boolean;
  /** Nullable, but the enumeration lacks null: OpenAPI versions read that differently. */
  readonly disputesNull: boolean;
  /** The allowed values without null, as text or JSON; undefined: no enumeration. */
  readonly values: readonly string[] | undefined;
  readonly properties: ReadonlyMap<string, PropertyShape>;
  readonly items: SchemaShape | undefined;
  readonly closed: boolean;
  readonly limits: ReadonlyMap<string, string | number>;
  readonly defaultValue: string | undefined;
  /** Sorted digests of anyOf, oneOf and not: a comparison can only tell whether they are equal. */
  readonly rest: readonly string[];
}

export interface PropertyShape {
  /** The schema that declares the property; for a part of an `allOf`, the part. */
  readonly owner: string;
  readonly schema: SchemaShape;
  readonly required: boolean;
  readonly deprecated: boolean;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
}

const limitNames = [
  ...['format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'multipleOf'],
  ...['exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minProperties', 'maxProperties'],
];

/** The shapes by pointer and owner: a schema with many references is read once. */
const shapes = new WeakMap<SourceDocument, Map<string, SchemaShape>>();

export function schemaShape(document: SourceDocument, node: Located, outer = ''): SchemaShape {
  const { value, pointer } = document.resolve(node);
  const name = schemaNameOf(pointer);
  const owner = name ?? outer;
  if (!isObject(value)) return { ...anything, name };
  const known = shapes.get(document) ?? new Map<string, SchemaShape>();
  shapes.set(document, known);
  const key = `${pointer} ${owner}`;
  const shape = known.get(key) ?? shapeOf(document, { value, pointer }, owner, name);
  known.set(key, shape);
  return shape;
}

function shapeOf(
  document: SourceDocument,
  { value, pointer }: LocatedObject,
  owner: string,
  name: string | undefined,
): SchemaShape {
  const shapesOf = (keyword: 'allOf' | 'anyOf' | 'oneOf') =>
    itemsOf(value[keyword], pointerTo(pointer, keyword)).map((part) => schemaShape(document, part, owner));
  const parts = shapesOf('allOf');
  const alternatives = [...shapesOf('anyOf'), ...shapesOf('oneOf')];
  const nullAlternative = alternatives.some(isNull);
  const others = alternatives.filter((each) => !isNull(each));
  const [only] = others;
  const all = only !== undefined && others.length === 1 ? [...parts, only] : parts;
  const own = ownShape(document, { value, pointer }, owner, name);
  const whole = all.reduce(merged, own);
  const orNull = own.nullable || nullAlternative;
  return {
    ...whole,
    name,
    nullable: orNull || (own.types.length === 0 && all.length > 0 && all.every((part) => part.nullable)),
    rest: sorted([
      ...whole.rest,
      ...(others.length > 1 ? [digestOf(sorted(others.map(digestOfShape)))] : []),
      ...(value['not'] === undefined ? [] : [digestOf({ not: value['not'] })]),
    ]),
  };
}

const anything: SchemaShape = {
  name: undefined,
  types: [],
  nullable: false,
  disputesNull: false,
  values: undefined,
  properties: new Map(),
  items: undefined,
  closed: false,
  limits: new Map(),
  defaultValue: undefined,
  rest: [],
};

function ownShape(
  document: SourceDocument,
  node: LocatedObject,
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
    disputesNull: value['nullable'] === true && values?.includes(null) === false,
    values: values
      ?.filter((each: unknown) => each !== null)
      .map((each: unknown) => (typeof each === 'string' ? each : textOf(each))),
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
    rest: [],
  };
}

/** A value must keep the rules of both parts of the `allOf`. */
function merged(one: SchemaShape, other: SchemaShape): SchemaShape {
  const values = one.values?.filter((value) => other.values?.includes(value) ?? true) ?? other.values;
  return {
    name: one.name,
    types: typesOfBoth(one.types, other.types),
    nullable: allowsNull(one) && allowsNull(other) && (one.nullable || other.nullable),
    disputesNull: one.disputesNull || other.disputesNull,
    values,
    properties: mapOfBoth(one.properties, other.properties, (left, right) => ({
      owner: left.owner,
      schema: merged(left.schema, right.schema),
      required: left.required || right.required,
      deprecated: left.deprecated || right.deprecated,
      readOnly: left.readOnly || right.readOnly,
      writeOnly: left.writeOnly || right.writeOnly,
    })),
    items: one.items && other.items ? merged(one.items, other.items) : (one.items ?? other.items),
    closed: one.closed || other.closed,
    limits: mapOfBoth(one.limits, other.limits, strictest),
    defaultValue: one.defaultValue ?? other.defaultValue,
    rest: sorted([...one.rest, ...other.rest]),
  };
}

const allowsNull = ({ types, nullable }: SchemaShape): boolean => nullable || types.length === 0;

/** An integer is a number, and an empty list allows every type. */
function typesOfBoth(one: readonly string[], other: readonly string[]): readonly string[] {
  if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one;
  const within = (list: readonly string[], outer: readonly string[]) =>
    list.filter((type) => outer.includes(type) || (type === 'integer' && outer.includes('number')));
  const both = sorted([...within(one, other), ...within(other, one)]);
  return both.length === 0 ? ['no type'] : both;
}

function mapOfBoth<Value>(
  one: ReadonlyMap<string, Value>,
  other: ReadonlyMap<string, Value>,
  both: (one: Value, other: Value, name: string) => Value,
): Map<string, Value> {
  const result = new Map([...other, ...one]);
  for (const [name, right] of other) {
    const left = one.get(name);
    if (left !== undefined) result.set(name, both(left, right, name));
  }
  return result;
}

function strictest(one: string | number, other: string | number, name: string): string | number {
  if (one === other) return one;
  if (typeof one === 'number' && typeof other === 'number' && name !== 'multipleOf') {
    return isLeast(name) ? Math.max(one, other) : Math.min(one, other);
  }
  return sorted([String(one), String(other)]).join(' and ');
}

export const isLeast = (name: string): boolean => /^(min|exclusiveMin)/.test(name);

const isNull = ({ types, nullable, values, properties }: SchemaShape): boolean =>
  types.length === 0 && properties.size === 0 && (nullable || values?.length === 0);

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

/** Equal for shapes that differ only in names. */
function digestOfShape({ name: _, properties, values, items, ...rest }: SchemaShape): string {
  const members = [...properties].map(([member, { owner: __, schema, ...flags }]) => [
    member,
    { ...flags, schema: digestOfShape(schema) },
  ]);
  return digestOf({ ...rest, members, values: values?.toSorted(), items: items && digestOfShape(items) });
}

/** The texts of nested alternatives would grow without bound. */
const digestOf = (value: unknown): string => createHash('sha256').update(textOf(value)).digest('base64');

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (inner instanceof Map ? [...inner] : inner)) ?? '';
}
