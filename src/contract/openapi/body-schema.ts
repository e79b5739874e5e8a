import type { SourceDocument } from './document.js';
import { isObject, itemsOf, type JsonObject, type Located } from './pointers.js';

/** The parts of a request body's schema that generated bodies need. */
export interface BodySchema {
  /** `any` if the document gives no type, or one that no body can be made from. */
  readonly type: 'boolean' | 'string' | 'number' | 'integer' | 'array' | 'object' | 'any';
  /** `open`: nullable without null in the enumeration. OpenAPI versions disagree, so it is never sent. */
  readonly nulls: 'allowed' | 'refused' | 'open';
  /** Without null; empty: all values of the type. */
  readonly enumValues: readonly string[];
  /** The schema's members such as minLength and pattern, which make a valid value likely. */
  readonly limits: JsonObject;
  /** Undefined: not an array, or items of any type. */
  readonly items: BodySchema | undefined;
  /** Properties that a request may hold, so without read-only ones. */
  readonly properties: readonly BodyProperty[];
}

export interface BodyProperty {
  readonly name: string;
  readonly required: boolean;
  readonly schema: BodySchema;
}

const types: readonly BodySchema['type'][] = ['boolean', 'string', 'number', 'integer', 'array', 'object'];

const limitNames = ['pattern', 'minLength', 'maxLength', 'minItems', 'maxItems', 'minimum', 'maximum'];

/** Deeper than any body of this API; the bound also ends recursive schemas. */
const deepest = 4;

/** @throws ConfigurationError for a dangling reference */
export function bodySchemaOf(document: SourceDocument, node: Located, depth = 0): BodySchema {
  const located = document.resolve(node);
  const value = isObject(located.value) ? located.value : {};
  const inner = (each: Located) => bodySchemaOf(document, each, depth + 1);
  const isDeepest = depth >= deepest;
  const list = isDeepest ? undefined : document.member(located, 'allOf')?.value;
  const parts = itemsOf(list, `${located.pointer}/allOf`).map(inner);
  const members = document.members(document.member(located, 'properties'));
  const type = types.find((each) => each === value['type']) ?? (members.length > 0 ? 'object' : 'any');
  const required = stringsOf(value['required']);
  const values = Array.isArray(value['enum']) ? value['enum'] : [];
  const items = isDeepest ? undefined : document.member(located, 'items');
  const properties = (isDeepest ? [] : members)
    .filter(([, member]) => !isReadOnly(document, member))
    .map(([name, member]) => ({ name, required: required.includes(name), schema: inner(member) }));
  return [
    ...parts,
    {
      type,
      nulls: nullsOf(value['nullable'] === true && type === value['type'], values),
      enumValues: values.filter((each) => each !== null).map(String),
      limits: Object.fromEntries(Object.entries(value).filter(([name]) => limitNames.includes(name))),
      items: items === undefined ? undefined : inner(items),
      properties,
    },
  ].reduce(merged);
}

/** Merges two parts of an `allOf`: the rules of both hold. */
function merged(one: BodySchema, other: BodySchema): BodySchema {
  const properties = new Map(one.properties.map((each) => [each.name, each]));
  for (const { name, required, schema } of other.properties) {
    const known = properties.get(name);
    const both = known === undefined ? schema : merged(known.schema, schema);
    properties.set(name, { name, required: required || known?.required === true, schema: both });
  }
  const [typed = other, ...more] = [one, other].filter(({ type }) => type !== 'any');
  const nulls = (['refused', 'open'] as const).find((each) =>
    [typed, ...more].some((part) => part.nulls === each),
  );
  const common = one.enumValues.filter((value) => other.enumValues.includes(value));
  return {
    type: typed.type,
    nulls: nulls ?? 'allowed',
    enumValues:
      one.enumValues.length * other.enumValues.length > 0 ? common : [...one.enumValues, ...other.enumValues],
    limits: { ...one.limits, ...other.limits },
    items: one.items && other.items ? merged(one.items, other.items) : (one.items ?? other.items),
    properties: [...properties.values()],
  };
}
function nullsOf(nullable: boolean, values: readonly unknown[]): BodySchema['nulls'] {
  if (!nullable) return 'refused';
  return values.length > 0 && !values.includes(null) ? 'open' : 'allowed';
}

function isReadOnly(document: SourceDocument, node: Located): boolean {
  const { value } = document.resolve(node);
  return isObject(value) && value['readOnly'] === true;
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
