import type { SourceDocument } from './document.js';
import { isObject, itemsOf, type Located } from './pointers.js';

/** The parts of a request body's schema that generated bodies need. */
export interface BodySchema {
  /** `any` if the document gives no type, or one that no body can be made from. */
  readonly type: 'boolean' | 'string' | 'number' | 'integer' | 'array' | 'object' | 'any';
  /** `open`: nullable without null in the enumeration. OpenAPI versions disagree, so it is never sent. */
  readonly nulls: 'allowed' | 'refused' | 'open';
  /** Without null; empty: all values of the type. */
  readonly enumValues: readonly string[];
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

/** @throws ConfigurationError for a dangling reference */
export function bodySchemaOf(document: SourceDocument, node: Located, depth = 0): BodySchema {
  const located = document.resolve(node);
  const value = isObject(located.value) ? located.value : {};
  const named = types.find((type) => type === value['type']);
  const list = depth < 4 ? document.member(located, 'allOf')?.value : undefined;
  const parts = itemsOf(list, `${located.pointer}/allOf`).map((part) =>
    bodySchemaOf(document, part, depth + 1),
  );
  const members = document.members(document.member(located, 'properties'));
  const isObjectSchema =
    named === 'object' || members.length > 0 || parts.some(({ type }) => type === 'object');
  const required = stringsOf(value['required']);
  const values = Array.isArray(value['enum']) ? value['enum'] : [];
  const items = document.member(located, 'items');
  const own = members
    .filter(([, member]) => !isReadOnly(document, member))
    // Deeper than any body of this API; the bound also ends recursive schemas.
    .filter(() => depth < 4)
    .map(([name, member]) => ({
      name,
      required: required.includes(name),
      schema: bodySchemaOf(document, member, depth + 1),
    }));
  return {
    type: named ?? (isObjectSchema ? 'object' : 'any'),
    nulls: nullsOf(value['nullable'] === true && named !== undefined, values),
    enumValues: values.filter((each) => each !== null).map(String),
    items: items === undefined || depth >= 4 ? undefined : bodySchemaOf(document, items, depth + 1),
    properties: [...parts.flatMap((part) => part.properties), ...own],
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
